package toss_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	fake "github.com/samchon/payments-server/fakes/toss"
)

// TestIdempotencyKey_MakesChaosHarmless lets shops confirm and refund while a
// third of the requests are dropped, lost, failed or cut off. They repeat each
// under its key until they are answered; then every order was captured once and
// refunded once, whatever the network did.
func TestIdempotencyKey_MakesChaosHarmless(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("Seed", seed), func(t *testing.T) {
			t.Parallel()
			f := start(t, fake.Options{Style: fake.Real})
			const shops, orders = 4, 20
			var waiting []*toss.Payment
			for range shops * orders {
				waiting = append(waiting, f.authenticated(1000))
			}
			f.Faults().Seed(seed)
			for _, kind := range []fault.Kind{fault.Drop, fault.Lose, fault.Fail, fault.Truncate} {
				f.Faults().MustAdd(fault.Plan{Kind: kind, Method: "POST", Rate: 0.08})
			}
			var trading sync.WaitGroup
			for shop := range shops {
				trading.Go(func() { f.trade(waiting[shop*orders:][:orders]) })
			}
			trading.Wait()
			for _, p := range waiting {
				f.wantExactly(p, 1000, 400)
			}
		})
	}
}

// trade confirms each payment and refunds a part of it.
func (f fixture) trade(payments []*toss.Payment) {
	for _, p := range payments {
		f.insist("confirm", p, func(key toss.CallOption) error {
			_, err := f.confirm(p, key)
			return err
		})
		f.insist("cancel", p, func(key toss.CallOption) error {
			in := toss.Cancellation{CancelReason: "변심", CancelAmount: amount(400)}
			_, err := f.client.Cancel(f.t.Context(), p.PaymentKey, in, key)
			return err
		})
	}
}

// insist repeats a call under one key until it succeeds.
func (f fixture) insist(what string, p *toss.Payment, call func(toss.CallOption) error) {
	const attempts = 100
	key := toss.IdempotencyKey(what + ":" + p.OrderID)
	var err error
	for range attempts {
		if err = call(key); err == nil {
			return
		}
	}
	f.t.Errorf("%s: %d attempts failed, the last with %v", what, attempts, err)
}

func (f fixture) wantExactly(p *toss.Payment, captured, refunded int64) {
	f.t.Helper()
	_, totals := f.Ledger().Payment(p.PaymentKey)
	if !totals.Captured.Equal(money.New(captured)) || !totals.Refunded.Equal(money.New(refunded)) {
		f.t.Errorf("captured %s and refunded %s, want %d and %d", totals.Captured, totals.Refunded, captured, refunded)
	}
}
