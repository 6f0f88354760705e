package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/samchon/payments-server/api/money"
)

// Gateway is one PG. Its methods return one of three things: the PG's truth, a
// *Declined with the PG's own word that nothing was done, or any other error,
// which proves nothing about what the PG did. No truth is older than its call, or
// than the first call under its idempotency key: a webhook from before an intent is
// forgotten, because what the PG says afterwards shows what it told.
type Gateway interface {
	// Capture has the PG approve a payment, and is safe to repeat with the same
	// idempotency key. A PG that captures without us is only asked for the payment.
	Capture(ctx context.Context, c Capture) (Snapshot, error)
	// Lookup reads a payment. It is Declined only where there is none.
	Lookup(ctx context.Context, v Vendor) (Snapshot, error)
	// Refund gives money back, whole or in part, and is safe to repeat with the
	// same idempotency key: the PG compares ExpectedBalance before it acts.
	Refund(ctx context.Context, r Refund) (Snapshot, error)
	// Close ends a virtual account that waits for its deposit.
	Close(ctx context.Context, r Refund) (Snapshot, error)
	// BillingKey reads a registered billing key that belongs to the customer.
	BillingKey(ctx context.Context, v Vendor, customer string) (json.RawMessage, error)
	// DepositSecret is what proves a deposit callback for the payment with this
	// data, or empty.
	DepositSecret(data json.RawMessage) string
}

// Capture asks for the approval of one order's payment.
type Capture struct {
	Vendor         Vendor
	OrderID        string
	Price          money.Amount
	IdempotencyKey string
}

// Refund asks for money back.
type Refund struct {
	Vendor  Vendor
	OrderID string
	Amount  money.Amount
	// ExpectedBalance is what the PG must still hold for this to be carried out.
	ExpectedBalance money.Amount
	Reason          string
	Account         *Account
	IdempotencyKey  string
}

// Account receives the refund of a virtual account's deposit.
type Account struct {
	Bank, Account, Holder, Mobile string
}

// Snapshot is what a PG says of a payment at one moment.
type Snapshot struct {
	OrderID     string
	Status      Status
	Currency    string
	Price       money.Amount
	Refund      money.Amount
	PaidAt      *time.Time
	CancelledAt *time.Time // of the first cancel
	Cancels     []Cancel   // in the PG's order
	Data        json.RawMessage
}

// Status is how far a payment has come, in words common to all PGs.
type Status int

// A payment is Open until the PG has approved it, Waiting for a deposit into
// its virtual account, then Paid. Cancelled covers partial refunds. Failed
// never held money, and never will.
const (
	Open Status = iota
	Waiting
	Paid
	Cancelled
	Failed
)

// holdsMoney reports whether anything could be refunded.
func (s Snapshot) holdsMoney() bool {
	return (s.Status == Paid || s.Status == Cancelled) && s.PaidAt != nil && s.Price.Cmp(s.Refund) > 0
}

// Declined is a PG's own, final word that it did not do what was asked.
type Declined struct {
	Status  int    // the PG's HTTP status; never 2xx
	Code    string // the PG's code, empty where it has none
	Message string // the PG's message
	Path    string // what was asked, such as /v1/payments/{paymentKey}
}

func (d *Declined) Error() string {
	return fmt.Sprintf("PG declined %s: status %d, code %q: %s", d.Path, d.Status, d.Code, d.Message)
}

// notFound reports whether the PG says that there is no such payment.
func notFound(err error) bool {
	var d *Declined
	return errors.As(err, &d) && d.Status == 404
}
