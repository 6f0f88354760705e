package iamport_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/iamport"
	"github.com/samchon/payments-server/fakes/ledger"
)

// TestLedger_AgreesWithThePaymentsUnderChaos lets shops pay and refund while a
// tenth of the requests are dropped, lost or failed. What the shops believe is
// their affair; what the fake shows of a payment must be what its ledger says.
func TestLedger_AgreesWithThePaymentsUnderChaos(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			f := start(t, iamport.Options{})
			f.Faults().Seed(seed)
			for _, kind := range []fault.Kind{fault.Drop, fault.Lose, fault.Fail, fault.Truncate, fault.ExpireToken} {
				f.Faults().MustAdd(fault.Plan{Kind: kind, Rate: 0.03})
			}
			var shops sync.WaitGroup
			for range 4 {
				shops.Go(func() { f.trade(t) })
			}
			shops.Wait()
			f.Faults().Clear()
			f.wantAgreement()
		})
	}
}

// trade pays thirty times and refunds each in two halves, as far as the
// network lets it.
func (f fixture) trade(t *testing.T) {
	half := money.New(500)
	for range 30 {
		o := order(1_000)
		if _, err := f.client.Onetime(t.Context(), api.OnetimeRequest{CardInput: card(), Order: o}); err != nil {
			continue
		}
		for _, balance := range []money.Amount{money.New(1_000), half} {
			_, err := f.client.Cancel(t.Context(), api.CancelRequest{
				MerchantUID: o.MerchantUID, Amount: &half, Checksum: &balance, Reason: "chaos",
			})
			var refusal *api.Error
			if errors.As(err, &refusal) && refusal.Status == http.StatusNotFound {
				t.Errorf("a payment that was answered is unknown: %v", err)
			}
		}
	}
}

func (f fixture) wantAgreement() {
	f.Helper()
	var sum ledger.Totals
	for _, p := range f.Payments() {
		_, totals := f.Ledger().Payment(p.ID)
		if !totals.Captured.Equal(p.Amount) || !totals.Balance().Equal(p.Balance) {
			f.Errorf("%s shows %v of %v, the ledger holds %v of %v", p.ID, p.Balance, p.Amount, totals.Balance(), totals.Captured)
		}
		sum.Captured = sum.Captured.Add(totals.Captured)
		sum.Refunded = sum.Refunded.Add(totals.Refunded)
	}
	if all := f.Ledger().Totals(); !all.Captured.Equal(sum.Captured) || !all.Refunded.Equal(sum.Refunded) {
		f.Errorf("the ledger's totals are %+v, its payments' %+v", all, sum)
	}
	if sum.Captured.IsZero() || sum.Refunded.IsZero() {
		f.Error("nothing was traded")
	}
}
