package worker_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/iamport"
	"github.com/samchon/payments-server/fakes/toss"
)

// TestRealStyle: the gateways as they are where they differ from the original's
// fakes. Toss refuses a second confirm, stays PARTIAL_CANCELED to the last won, and
// tells of a deposit twice; Iamport refuses with HTTP 200, stays paid after a
// partial refund, and tells nobody of ours.
func TestRealStyle(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		w.beReal(t)
		t.Run("a card, refunded in parts", func(t *testing.T) {
			source := w.source()
			w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
			var h seen
			for part := range 3 {
				h = w.refundPart(source, 3000)
				if len(h.Cancels) != part+1 || !refundOf(h).Equal(money.New(int64(part+1)*3000)) {
					t.Errorf("after part %d: %d cancels of %v", part, len(h.Cancels), refundOf(h))
				}
				w.agree(code, h)
			}
			if p := w.call("PUT", refundPath, w.cancelling(source, 1), &seen{}); p == nil || p.Code != "pg_declined" {
				t.Errorf("beyond the last won: %v", p)
			}
			if last := h.CancelledAt; last == nil || !last.Equal(h.Cancels[0].CreatedAt) {
				t.Errorf("cancelled at %v, first at %v", last, h.Cancels[0].CreatedAt)
			}
		})
		t.Run("a payment that was approved before", func(t *testing.T) {
			source := w.source()
			stored := w.mustStore(w.storing(code, w.charge(code, source.ID, 5000), source, 5000))
			if stored.PaidAt == nil {
				t.Error("stored without being paid")
			}
			w.agree(code, stored)
		})
		t.Run("a virtual account", func(t *testing.T) {
			source := w.source()
			uid, deposit := w.virtualAccount(code, source.ID, 7000)
			stored := w.mustStore(w.storing(code, uid, source, 7000))
			deposit()
			eventually(t, "the deposit", func() bool { return len(w.service.heardOf(stored.ID)) == 1 })
			h := w.refundPart(source, 7000)
			w.agree(code, h)
			must(t, w.fakeIamport.WaitWebhooks(t.Context()))
			must(t, w.fakeToss.WaitWebhooks(t.Context()))
			eventually(t, "nothing left to do", func() bool { return w.unfinishedJobs() == 0 })
			if n := len(w.service.heardOf(stored.ID)); n != 2 {
				t.Errorf("%d webhooks of 2 changes", n)
			}
		})
		t.Run("a virtual account of a wrong price", func(t *testing.T) {
			source := w.source()
			uid, _ := w.virtualAccount(code, source.ID, 7000)
			p := w.call("POST", storePath, w.storing(code, uid, source, 100), &seen{})
			if p == nil || p.Code != "price_mismatch" || w.waits(code, uid) {
				t.Errorf("%v; the account waits: %v", p, w.waits(code, uid))
			}
		})
	})
}

// beReal has both fakes imitate the gateways instead of the original's fakes.
func (w *world) beReal(t *testing.T) {
	t.Helper()
	i, s := w.fakeIamport.Settings(), w.fakeToss.Settings()
	i.Style, s.Style, s.DepositCallback = iamport.Real, toss.Real, true
	must(t, w.fakeIamport.Configure(i))
	must(t, w.fakeToss.Configure(s))
}

func (w *world) cancelling(source api.Source, amount int64) api.CancelHistory {
	return api.CancelHistory{
		Source: source, Password: somePassword, Price: money.New(amount), Reason: "a part",
		Account: &api.RefundAccount{Bank: "88", Account: "110123456789", Holder: "홍길동", Mobile: "010-1234-5678"},
	}
}

func (w *world) refundPart(source api.Source, amount int64) seen {
	w.t.Helper()
	return w.untilDone("PUT", refundPath, uuid.NewString(), w.cancelling(source, amount))
}
