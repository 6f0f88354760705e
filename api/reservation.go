package api

import (
	"encoding/json"

	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/toss"
)

// Reservation is the record of one billing key.
type Reservation struct {
	ID         string            `json:"id" format:"uuid" doc:"The record's id." example:"0b6c7a52-61b8-4c3e-8a8f-7d2f0a5c9e11"`
	VendorCode VendorCode        `json:"vendor_code" enum:"iamport,toss.payments" doc:"Tells which gateway's object data is; the same as vendor.code."`
	Vendor     ReservationVendor `json:"vendor" doc:"Where the gateway keeps the billing key."`
	Source     Source            `json:"source" doc:"Where the service keeps the customer or the subscription."`
	Title      string            `json:"title" doc:"As the service named it." example:"card for the monthly box"`
	// Data is the gateway's billing key; Iamport and Toss read it.
	Data      json.RawMessage `json:"data" doc:"The gateway's own billing object."`
	CreatedAt Time            `json:"created_at" doc:"When the record was stored." example:"2026-03-01T12:00:01.250Z"`
}

// Iamport returns Data of a billing key at Iamport.
func (r *Reservation) Iamport() (*iamport.Subscription, error) {
	return dataOf[iamport.Subscription](r.VendorCode, Iamport, r.Data)
}

// Toss returns Data of a billing key at Toss Payments.
func (r *Reservation) Toss() (*toss.Billing, error) {
	return dataOf[toss.Billing](r.VendorCode, Toss, r.Data)
}

// ReservationVendor is a Vendor with its keys in the order that the original wrote them.
type ReservationVendor struct {
	Code    VendorCode `json:"code" enum:"iamport,toss.payments" doc:"The payment gateway." example:"toss.payments"`
	StoreID string     `json:"store_id" doc:"The merchant account at the gateway." example:"default"`
	UID     string     `json:"uid" doc:"The gateway's key: customer_uid or billingKey." example:"hXjLm3kQwPz8vYtR2nBcA"`
}

// StoreReservation asks to keep the record of a billing key.
type StoreReservation struct {
	Vendor   Vendor `json:"vendor" doc:"Where the gateway keeps the billing key."`
	Source   Source `json:"source" doc:"Where the service keeps the customer or the subscription."`
	Title    string `json:"title" maxLength:"255" doc:"A name for people." example:"card for the monthly box"`
	Password string `json:"password" maxLength:"1024" doc:"Will be needed to read the record; nobody can recover it." example:"of this record only"`
}
