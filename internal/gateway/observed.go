package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"time"

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

// Observe is told of each call when it has ended.
type Observe func(operation string, outcome Outcome, took time.Duration)

// Observed tells of every call to a gateway.
func Observed(g payment.Gateway, told Observe) payment.Gateway { return &observed{g, told} }

type observed struct {
	payment.Gateway
	told Observe
}

func (o *observed) Capture(ctx context.Context, c payment.Capture) (payment.Snapshot, error) {
	return observe(o.told, capture, func() (payment.Snapshot, error) { return o.Gateway.Capture(ctx, c) })
}

func (o *observed) Lookup(ctx context.Context, v payment.Vendor) (payment.Snapshot, error) {
	return observe(o.told, lookup, func() (payment.Snapshot, error) { return o.Gateway.Lookup(ctx, v) })
}

func (o *observed) Refund(ctx context.Context, r payment.Refund) (payment.Snapshot, error) {
	return observe(o.told, refund, func() (payment.Snapshot, error) { return o.Gateway.Refund(ctx, r) })
}

func (o *observed) BillingKey(ctx context.Context, v payment.Vendor, customer string) (json.RawMessage, error) {
	return observe(o.told, billingKey, func() (json.RawMessage, error) { return o.Gateway.BillingKey(ctx, v, customer) })
}

func observe[T any](told Observe, operation string, call func() (T, error)) (T, error) {
	began := time.Now()
	out, err := call()
	told(operation, outcomeOf(err), time.Since(began))
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
