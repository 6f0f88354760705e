package api

import "encoding/json"

// Reservation is the record of one billing key.
type Reservation struct {
	ID         string            `json:"id" format:"uuid"`
	VendorCode VendorCode        `json:"vendor_code" enum:"iamport,toss.payments" doc:"Tells which gateway's object data is; the same as vendor.code."`
	Vendor     ReservationVendor `json:"vendor"`
	Source     Source            `json:"source"`
	Title      string            `json:"title"`
	// Data is the gateway's billing key: an iamport.Subscription or a toss.Billing.
	Data      json.RawMessage `json:"data" doc:"The gateway's own billing object."`
	CreatedAt Time            `json:"created_at"`
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
