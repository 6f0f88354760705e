package gateway

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/samchon/payments-server/internal/payment"
)

// Outcome is how a call to a PG ended.
type Outcome string

// The outcomes of a call.
const (
	Done     Outcome = "done"     // the PG told its truth
	Declined Outcome = "declined" // it said its final word that it did nothing
	Unknown  Outcome = "unknown"  // no answer, or one that proves nothing
)

// Outcomes lists them all.
var Outcomes = []Outcome{Done, Declined, Unknown}

// Operations names the calls of a gateway.
var Operations = []string{capture, lookup, refund, billingKey}

const (
	capture    = "capture"
	lookup     = "lookup"
	refund     = "refund"
	billingKey = "billing_key"
)

// Observe is told of each call when it begins; the call has the context that it returns. It returns what is told of the
// end.
type Observe func(ctx context.Context, operation string) (context.Context, func(Outcome))

// Observed tells of every call to a gateway.
func Observed(g payment.Gateway, told Observe) payment.Gateway { return &observed{g, told} }

type observed struct {
	payment.Gateway
	told Observe
}

func (o *observed) Capture(ctx context.Context, c payment.Capture) (payment.Snapshot, error) {
	return observe(ctx, o.told, capture, func(ctx context.Context) (payment.Snapshot, error) {
		return o.Gateway.Capture(ctx, c)
	})
}

func (o *observed) Lookup(ctx context.Context, v payment.Vendor) (payment.Snapshot, error) {
	return observe(ctx, o.told, lookup, func(ctx context.Context) (payment.Snapshot, error) {
		return o.Gateway.Lookup(ctx, v)
	})
}

func (o *observed) Refund(ctx context.Context, r payment.Refund) (payment.Snapshot, error) {
	return observe(ctx, o.told, refund, func(ctx context.Context) (payment.Snapshot, error) {
		return o.Gateway.Refund(ctx, r)
	})
}

func (o *observed) BillingKey(ctx context.Context, v payment.Vendor, customer string) (json.RawMessage, error) {
	return observe(ctx, o.told, billingKey, func(ctx context.Context) (json.RawMessage, error) {
		return o.Gateway.BillingKey(ctx, v, customer)
	})
}

func observe[T any](ctx context.Context, begun Observe, operation string,
	call func(context.Context) (T, error)) (T, error) {
	ctx, ended := begun(ctx, operation)
	out, err := call(ctx)
	ended(outcomeOf(err))
	return out, err
}

func outcomeOf(err error) Outcome {
	var declined *payment.Declined
	switch {
	case err == nil:
		return Done
	case errors.As(err, &declined):
		return Declined
	}
	return Unknown
}
