package api

import (
	"encoding/json"

	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/toss"
)

// Reservation is the record of one billing key.
type Reservation struct {
	ID         string            `json:"id" format:"uuid"`
	VendorCode VendorCode        `json:"vendor_code" enum:"iamport,toss.payments" doc:"Tells which gateway's object data is; the same as vendor.code."`
	Vendor     ReservationVendor `json:"vendor"`
	Source     Source            `json:"source"`
	Title      string            `json:"title"`
	// Data is the gateway's billing key; Iamport and Toss read it.
	Data      json.RawMessage `json:"data" doc:"The gateway's own billing object."`
	CreatedAt Time            `json:"created_at"`
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
	Code    VendorCode `json:"code" enum:"iamport,toss.payments"`
	StoreID string     `json:"store_id"`
	UID     string     `json:"uid"`
}

// StoreReservation asks to keep the record of a billing key.
type StoreReservation struct {
	Vendor   Vendor `json:"vendor"`
	Source   Source `json:"source"`
	Title    string `json:"title" maxLength:"255"`
	Password string `json:"password" maxLength:"1024" doc:"Will be needed to read the record; nobody can recover it."`
}
