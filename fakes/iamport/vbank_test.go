package iamport_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/iamport"
)

func TestVBank(t *testing.T) {
	t.Parallel()

	t.Run("IsPaidByDeposit", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, _ iamport.Style) {
			p := f.openVBank(40_000, time.Hour)
			if p.Status != api.StatusReady || !p.PaidAt.IsZero() {
				f.Errorf("born %s, paid at %v", p.Status, p.PaidAt)
			}
			if err := f.client.Deposit(f.Context(), p.ImpUID); err != nil {
				f.Fatal(err)
			}
			if read := f.read(p.ImpUID); read.Status != api.StatusPaid || read.PaidAt.IsZero() {
				f.Errorf("%s, paid at %v", read.Status, read.PaidAt)
			}
			f.wantBalance(p.ImpUID, 40_000)
			if got, want := f.webhooks(p.ImpUID), []string{"ready", "paid"}; !slices.Equal(got, want) {
				f.Errorf("told %v, want %v", got, want)
			}
		})
	})

	t.Run("TakesADepositByEitherMethod", func(t *testing.T) {
		t.Parallel()
		for _, method := range []string{http.MethodGet, http.MethodPut} {
			f := start(t, iamport.Options{})
			p := f.openVBank(40_000, time.Hour)
			header := http.Header{"Authorization": {f.token().AccessToken}}
			got := f.send(method, "/internal/deposit/"+p.ImpUID, header, "")
			if got.status != http.StatusOK || got.body != "" {
				t.Errorf("%s answered %d %q, want an empty 200", method, got.status, got.body)
			}
		}
	})

	t.Run("ClosesWhenItIsNotPaidInTime", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.openVBank(40_000, time.Hour)
		f.Clock().Advance(time.Hour)
		read := f.read(p.ImpUID)
		if read.Status != api.StatusFailed || read.FailReason == nil || !read.FailedAt.Equal(p.VBank.VBankDate.Time) {
			t.Errorf("%s at %v, want failed at its due date", read.Status, read.FailedAt)
		}
		f.wantRefusal(f.client.Deposit(t.Context(), p.ImpUID), iamport.Reference)
		_, err := f.cancel(p, 40_000)
		f.wantRefusal(err, iamport.Reference)
		if got, want := f.webhooks(p.ImpUID), []string{"ready"}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v: failures are not told", got, want)
		}
	})

	t.Run("StaysPaidAfterItsDueDate", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.openVBank(40_000, time.Hour)
		if err := f.client.Deposit(t.Context(), p.ImpUID); err != nil {
			t.Fatal(err)
		}
		f.Clock().Advance(2 * time.Hour)
		if read := f.read(p.ImpUID); read.Status != api.StatusPaid {
			t.Errorf("%s, want paid", read.Status)
		}
	})

	t.Run("IsProlonged", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.openVBank(40_000, time.Hour)
		amount := money.New(41_000)
		updated := must(f.client.UpdateVBank(t.Context(), api.VBankUpdate{
			ImpUID: p.ImpUID, Amount: &amount, VBankDue: api.Unix(f.Clock().Now().Add(3 * time.Hour)),
		}))(f)
		if !updated.Amount.Equal(amount) {
			t.Errorf("amount %v, want %v", updated.Amount, amount)
		}
		f.Clock().Advance(2 * time.Hour)
		if read := f.read(p.ImpUID); read.Status != api.StatusReady {
			t.Errorf("%s before the new due date, want ready", read.Status)
		}
		f.Clock().Advance(time.Hour)
		if read := f.read(p.ImpUID); read.Status != api.StatusFailed {
			t.Errorf("%s after the new due date, want failed", read.Status)
		}
	})

	t.Run("RefundsOnlyToAnAccount", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.openVBank(40_000, time.Hour)
		if err := f.client.Deposit(t.Context(), p.ImpUID); err != nil {
			t.Fatal(err)
		}
		_, err := f.client.Cancel(t.Context(), api.CancelRequest{ImpUID: p.ImpUID, Reason: "x", RefundBank: "신한은행"})
		f.wantRefusal(err, iamport.Reference)
		must(f.cancel(p, 40_000))(f)
		f.wantBalance(p.ImpUID, 0)
	})

	t.Run("IsPaidOnceInTheRealStyle", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Style: iamport.Real})
		p := f.openVBank(40_000, time.Hour)
		if err := f.client.Deposit(t.Context(), p.ImpUID); err != nil {
			t.Fatal(err)
		}
		f.wantRefusal(f.client.Deposit(t.Context(), p.ImpUID), iamport.Real)
		more := money.New(90_000)
		_, err := f.client.UpdateVBank(t.Context(), api.VBankUpdate{ImpUID: p.ImpUID, Amount: &more})
		f.wantRefusal(err, iamport.Real)
		f.wantBalance(p.ImpUID, 40_000)
	})

	t.Run("KeepsTheAmountThatWasPaid", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, style iamport.Style) {
			p := f.openVBank(40_000, time.Hour)
			if err := f.client.Deposit(f.Context(), p.ImpUID); err != nil {
				f.Fatal(err)
			}
			more := money.New(90_000)
			_, err := f.client.UpdateVBank(f.Context(), api.VBankUpdate{ImpUID: p.ImpUID, Amount: &more})
			f.wantRefusal(err, style)
			must(f.cancel(p, 40_000))(f)
			f.wantBalance(p.ImpUID, 0)
		})
	})

	t.Run("MovesMoneyOnceHoweverOftenItIsPaid", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.openVBank(40_000, time.Hour)
		for range 2 {
			if err := f.client.Deposit(t.Context(), p.ImpUID); err != nil { // the reference does not refuse it
				t.Fatal(err)
			}
		}
		f.wantBalance(p.ImpUID, 40_000)
		if got, want := f.webhooks(p.ImpUID), []string{"ready", "paid", "paid"}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})

	t.Run("RefusesAnAmountBelowNothing", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, style iamport.Style) {
			p := f.openVBank(40_000, time.Hour)
			below := money.New(-1)
			_, err := f.client.UpdateVBank(f.Context(), api.VBankUpdate{ImpUID: p.ImpUID, Amount: &below})
			f.wantRefusal(err, style)
			if read := f.read(p.ImpUID); !read.Amount.Equal(p.Amount) {
				f.Errorf("amount %v", read.Amount)
			}
		})
	})

	t.Run("DoesNotLiveOnInATimerWhenItIsForgotten", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Keep: 1})
		first := f.openVBank(40_000, time.Hour)
		f.openVBank(40_000, time.Hour)
		f.Clock().Advance(2 * time.Hour)
		if _, err := f.client.GetPayment(t.Context(), first.ImpUID); err == nil {
			t.Error("the first payment is still there")
		}
	})
}
