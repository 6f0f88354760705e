package iamport_test

import (
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/iamport"
)

func TestCancel(t *testing.T) {
	t.Parallel()

	t.Run("RefundsInParts", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, style iamport.Style) {
			p := f.payByCard(30_000)
			partly := must(f.cancel(p, 10_000))(f)
			// How the real one shows a part is not documented; it is believed to
			// stay paid.
			want := api.StatusCancelled
			if style == iamport.Real {
				want = api.StatusPaid
			}
			if partly.Status != want || len(partly.CancelHistory) != 1 {
				f.Errorf("partly: %s with %d cancels, want %s with 1", partly.Status, len(partly.CancelHistory), want)
			}
			wholly := must(f.cancel(p, 20_000))(f)
			if wholly.Status != api.StatusCancelled || !wholly.Balance().IsZero() || len(wholly.CancelHistory) != 2 {
				f.Errorf("wholly: %s, %v left, %d cancels", wholly.Status, wholly.Balance(), len(wholly.CancelHistory))
			}
			f.wantBalance(p.ImpUID, 0)
		})
	})

	t.Run("RefusesMoreThanTheBalance", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, style iamport.Style) {
			p := f.payByCard(30_000)
			_, err := f.cancel(p, 30_100)
			f.wantRefusal(err, style)
			if read := f.read(p.ImpUID); !read.CancelAmount.IsZero() || read.Status != api.StatusPaid {
				f.Errorf("changed to %s with %v cancelled", read.Status, read.CancelAmount)
			}
			f.wantBalance(p.ImpUID, 30_000)
		})
	})

	t.Run("RefusesWhatIsNoAmount", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(30_000)
		for _, amount := range []int64{0, -100} {
			_, err := f.cancel(p, amount)
			f.wantRefusal(err, iamport.Reference)
		}
	})

	t.Run("RefusesWhatIsCancelledAlready", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, style iamport.Style) {
			p := f.payByCard(30_000)
			must(f.client.Cancel(f.Context(), api.CancelRequest{ImpUID: p.ImpUID, Reason: "all"}))(f)
			_, err := f.client.Cancel(f.Context(), api.CancelRequest{ImpUID: p.ImpUID, Reason: "all"})
			f.wantRefusal(err, style)
		})
	})

	t.Run("FindsThePaymentByMerchantUID", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(30_000)
		cancelled := must(f.client.Cancel(f.Context(), api.CancelRequest{MerchantUID: p.MerchantUID, Reason: "all"}))(f)
		if cancelled.ImpUID != p.ImpUID {
			t.Errorf("cancelled %s, want %s", cancelled.ImpUID, p.ImpUID)
		}
	})

	t.Run("OfAnOrderPassesOverAnAttemptThatFailed", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Style: iamport.Real})
		const order = `{"merchant_uid":"order-1","amount":30000}`
		paid, closed := f.openWindow(order), f.openWindow(order)
		f.choose(paid, "pay")
		f.choose(closed, "close")
		must(f.client.Cancel(f.Context(), api.CancelRequest{MerchantUID: "order-1", Reason: "all"}))(f)
		f.wantBalance(path.Base(paid), 0)
	})

	t.Run("TakesZeroForEverythingAsTheRealOne", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Style: iamport.Real})
		p := f.payByCard(30_000)
		if cancelled := must(f.cancel(p, 0))(f); !cancelled.Balance().IsZero() {
			t.Errorf("%v is left", cancelled.Balance())
		}
	})

	t.Run("OfAnUnpaidVBankMovesNoMoney", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.openVBank(30_000, time.Hour)
		if cancelled := must(f.cancel(p, 30_000))(f); cancelled.Status != api.StatusCancelled {
			t.Errorf("status %s", cancelled.Status)
		}
		if entries, _ := f.Ledger().Payment(p.ImpUID); len(entries) != 0 {
			t.Errorf("the ledger has %+v", entries)
		}
	})

	t.Run("OfAPartOfAnUnpaidVBankIsRefusedByTheRealOne", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Style: iamport.Real})
		p := f.openVBank(30_000, time.Hour)
		_, err := f.cancel(p, 10_000)
		f.wantRefusal(err, iamport.Real)
		if err := f.client.Deposit(t.Context(), p.ImpUID); err != nil {
			t.Fatal(err)
		}
		must(f.cancel(p, 10_000))(f)
		f.wantBalance(p.ImpUID, 20_000)
	})

	t.Run("SendsAWebhookWhenTheStyleDoes", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, style iamport.Style) {
			p := f.payByCard(30_000)
			must(f.cancel(p, 10_000))(f)
			must(f.client.Cancel(f.Context(), api.CancelRequest{ImpUID: p.ImpUID, Reason: "rest", EnableWebhook: true}))(f)
			want := []string{"paid", "cancelled", "cancelled"}
			if style == iamport.Real {
				want = []string{"paid", "cancelled"} // only of the one that asked for it
			}
			if got := f.webhooks(p.ImpUID); !slices.Equal(got, want) {
				f.Errorf("told %v, want %v", got, want)
			}
		})
	})

	t.Run("IsNamedInTheWebhookOfTheRealOne", func(t *testing.T) {
		t.Parallel()
		for _, form := range []bool{false, true} {
			shop := openShop(t)
			f := start(t, iamport.Options{Style: iamport.Real, WebhookURL: shop.URL, WebhookForm: form})
			p := f.payByCard(30_000)
			for range 2 {
				part := money.New(10_000)
				must(f.client.Cancel(t.Context(), api.CancelRequest{
					ImpUID: p.ImpUID, Amount: &part, Reason: "part", EnableWebhook: true,
				}))(f)
			}
			f.webhooks(p.ImpUID)
			told := shop.got()
			if strings.Contains(told[0], "cancellation_id") {
				t.Errorf("the payment is told with %s", told[0])
			}
			for _, cancel := range told[1:] {
				if !strings.Contains(cancel, "cancellation_id") {
					t.Errorf("a cancel is told with %s", cancel)
				}
			}
			if told[1] == told[2] {
				t.Errorf("two cancels have one name: %v", told[1:])
			}
		}
	})

	t.Run("NeedsTheNameOfAPayment", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Style: iamport.Real})
		if got := f.send("POST", "/payments/cancel", f.authorized(), `{"reason":"all"}`); got.status != 400 {
			t.Errorf("answered %d %s", got.status, got.body)
		}
	})

	t.Run("WithAChecksumSucceedsOnceHoweverManyTry", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(30_000)
		part, balance := money.New(10_000), p.Balance()
		var refunds atomic.Int64
		var callers sync.WaitGroup
		for range 10 {
			callers.Go(func() {
				_, err := f.client.Cancel(f.Context(), api.CancelRequest{
					ImpUID: p.ImpUID, Amount: &part, Checksum: &balance, Reason: "one of ten",
				})
				if err == nil {
					refunds.Add(1)
				}
			})
		}
		callers.Wait()
		if got := refunds.Load(); got != 1 {
			t.Errorf("refunded %d times", got)
		}
		f.wantBalance(p.ImpUID, 20_000)
	})
}
