package payment

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
)

// Source is where a payment stands in the service's own database. At most one
// history and one reservation exist for a source.
type Source struct {
	Schema, Table string
	// ID is the service's order id. It is a UUID, kept as the service spells it:
	// the PG knows the order under this exact text.
	ID string
}

// Vendor is where the PG keeps the payment or the billing key.
type Vendor struct {
	Code    VendorCode
	StoreID string
	// UID is the PG's own key: imp_uid or paymentKey of a payment, customer_uid
	// or billingKey of a billing key.
	UID string
}

// check refuses a key that would lead elsewhere as a part of a path.
func (v Vendor) check() error {
	if v.UID == "." || v.UID == ".." {
		return failf(CodeInvalid, nil, "vendor.uid is no key of a payment gateway's.")
	}
	return nil
}

// VendorCode names a PG on the wire and in the database.
type VendorCode string

// The PGs that this server speaks to.
const (
	Iamport VendorCode = "iamport"
	Toss    VendorCode = "toss.payments"
)

// History is the record of one payment.
type History struct {
	ID           uuid.UUID
	Vendor       Vendor
	Source       Source
	Currency     string
	Price        money.Amount
	Refund       money.Amount
	WebhookURL   string
	PasswordHash string
	// Data is the PG's own JSON, byte for byte, as of the last look.
	Data        json.RawMessage
	CreatedAt   time.Time
	PaidAt      *time.Time
	CancelledAt *time.Time
	Cancels     []Cancel
	// Revision counts the changes of this record, from 0.
	Revision int64
}

// Cancel is one refund, whole or partial, in the PG's own order.
type Cancel struct {
	Amount    money.Amount
	Reason    string
	CreatedAt time.Time
	Data      json.RawMessage
}

// Balance is what can still be refunded.
func (h *History) Balance() money.Amount { return h.Price.Sub(h.Refund) }

// Reservation is the record of one billing key.
type Reservation struct {
	ID           uuid.UUID
	Vendor       Vendor
	Source       Source
	Title        string
	PasswordHash string
	Data         json.RawMessage
	CreatedAt    time.Time
}

// after returns the record as the PG now tells it, and whether a service would
// call that a change. What the PG adds to its JSON alone is kept but not announced.
func (h *History) after(s Snapshot) (next *History, changed bool) {
	n := *h
	n.Price, n.Refund, n.Currency = s.Price, s.Refund, s.Currency
	n.Data, n.PaidAt, n.Cancels = s.Data, s.PaidAt, s.Cancels
	if n.CancelledAt == nil { // the first cancellation, and it stays
		n.CancelledAt = s.CancelledAt
	}
	n.Revision++
	return &n, !h.sameAs(&n)
}

func (h *History) sameAs(n *History) bool {
	return h.Price.Equal(n.Price) && h.Refund.Equal(n.Refund) && h.Currency == n.Currency &&
		sameInstant(h.PaidAt, n.PaidAt) && sameInstant(h.CancelledAt, n.CancelledAt) &&
		slices.EqualFunc(h.Cancels, n.Cancels, func(a, b Cancel) bool {
			return a.Amount.Equal(b.Amount) && a.Reason == b.Reason && a.CreatedAt.Equal(b.CreatedAt)
		})
}

func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
