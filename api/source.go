package api

// Source is where a payment stands in the service's own database. A source has
// at most one history and one reservation.
type Source struct {
	Schema string `json:"schema" doc:"Schema of the service's table." example:"shop" maxLength:"255"`
	Table  string `json:"table" doc:"Table of the service's order." example:"orders" maxLength:"255"`
	ID     string `json:"id" format:"uuid" doc:"Primary key of the service's order; the PG knows the order under this id." example:"6f0ab8c5-2f0b-4a53-9d2e-5c7a35e1a1a4"`
}

// String names the source in errors and logs.
func (s Source) String() string { return s.Schema + "." + s.Table + " " + s.ID }

// SourcePassword names a record by its source, and opens it.
type SourcePassword struct {
	Source
	Password string `json:"password" doc:"Password that the record was stored with." maxLength:"1024" example:"of this record only"`
}

// Password opens a record.
type Password struct {
	Password string `json:"password" doc:"Password that the record was stored with." maxLength:"1024" example:"of this record only"`
}

// VendorCode names a payment gateway.
type VendorCode string

// The gateways.
const (
	Iamport VendorCode = "iamport"
	Toss    VendorCode = "toss.payments"
)

// Vendor is where the payment gateway keeps a payment or a billing key.
type Vendor struct {
	Code    VendorCode `json:"code" enum:"iamport,toss.payments" doc:"The payment gateway." example:"toss.payments"`
	UID     string     `json:"uid" minLength:"1" maxLength:"200" doc:"The gateway's key: imp_uid or paymentKey of a payment, customer_uid or billingKey of a billing key." example:"ZRdQmvL6gK1Jx9bNa8wPA"`
	StoreID string     `json:"store_id" maxLength:"255" doc:"The merchant account at the gateway; unknown ids mean the default account." example:"default"`
}
