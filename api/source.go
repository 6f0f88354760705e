package api

// Source is where a payment stands in the service's own database. A source has
// at most one history and one reservation.
type Source struct {
	Schema string `json:"schema" doc:"Schema of the service's table." example:"shop" maxLength:"255"`
	Table  string `json:"table" doc:"Table of the service's order." example:"orders" maxLength:"255"`
	ID     string `json:"id" format:"uuid" doc:"Primary key of the service's order; the PG knows the order under this id."`
}

// String names the source in errors and logs.
func (s Source) String() string { return s.Schema + "." + s.Table + " " + s.ID }

// SourcePassword names a record by its source, and opens it.
type SourcePassword struct {
	Source
	Password string `json:"password" doc:"Password that the record was stored with." maxLength:"1024"`
}

// Password opens a record.
type Password struct {
	Password string `json:"password" doc:"Password that the record was stored with." maxLength:"1024"`
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
	Code    VendorCode `json:"code" enum:"iamport,toss.payments" doc:"The payment gateway."`
	UID     string     `json:"uid" minLength:"1" maxLength:"200" doc:"The gateway's key: imp_uid or paymentKey of a payment, customer_uid or billingKey of a billing key."`
	StoreID string     `json:"store_id" maxLength:"255" doc:"The merchant account at the gateway; unknown ids mean the default account."`
}
