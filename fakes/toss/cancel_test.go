package toss_test

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

func (f fixture) cancel(p *toss.Payment, in toss.Cancellation) (*toss.Payment, error) {
	in.CancelReason = "변심"
	return f.client.Cancel(f.t.Context(), p.PaymentKey, in)
}

func (f fixture) mustCancel(p *toss.Payment, in toss.Cancellation) *toss.Payment {
	f.t.Helper()
	payment, err := f.cancel(p, in)
	return must(f.t, payment, err)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	t.Run("GivesAllBack", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			paid := f.paid(1000)
			got, err := f.cancel(paid, toss.Cancellation{})
			if must(t, got, err).Status != toss.StatusCanceled || !got.BalanceAmount.IsZero() || len(got.Cancels) != 1 {
				t.Errorf("got %s, balance %s, %d cancels", got.Status, got.BalanceAmount, len(got.Cancels))
			}
			f.wantHeld(paid.PaymentKey, 0)
		})
	})
	t.Run("RefusesMoreThanTheBalance", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			status, code := 422, ""
			if style == fake.Real {
				status, code = 403, toss.CodeNotCancelableAmount
			}
			paid := f.paid(1000)
			_, err := f.cancel(paid, toss.Cancellation{CancelAmount: amount(1001)})
			wantRefusal(t, err, status, code)
			if got := f.get(paid.PaymentKey); got.Status != toss.StatusDone || got.Cancels != nil {
				t.Errorf("got %s with %d cancels", got.Status, len(got.Cancels))
			}
			f.wantHeld(paid.PaymentKey, 1000)
		})
	})
	t.Run("RefusesAnAmountBelowZero", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			paid := f.paid(1000)
			if _, err := f.cancel(paid, toss.Cancellation{CancelAmount: amount(-1)}); err == nil {
				t.Error("want a refusal")
			}
			f.wantHeld(paid.PaymentKey, 1000)
		})
	})
	t.Run("WithoutAmountAfterAPartMeansTheTotalOrTheRest", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			paid := f.paid(1000)
			f.mustCancel(paid, toss.Cancellation{CancelAmount: amount(400)})
			got, err := f.cancel(paid, toss.Cancellation{})
			if style == fake.Reference {
				wantRefusal(t, err, 422, "")
				f.wantHeld(paid.PaymentKey, 600)
				return
			}
			if last := must(t, got, err).Cancels[1]; !last.CancelAmount.Equal(money.New(600)) {
				t.Errorf("got %s", last.CancelAmount)
			}
			f.wantHeld(paid.PaymentKey, 0)
		})
	})
	t.Run("InPartsToTheLastWon", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			paid := f.paid(1000)
			var got *toss.Payment
			for range 2 {
				got = f.mustCancel(paid, toss.Cancellation{CancelAmount: amount(500)})
			}
			want := map[fake.Style]toss.Status{fake.Reference: toss.StatusCanceled, fake.Real: toss.StatusPartialCanceled}[style]
			if got.Status != want || !got.BalanceAmount.IsZero() {
				t.Errorf("got %s with %s left, want %s", got.Status, got.BalanceAmount, want)
			}
			if style == fake.Real {
				_, err := f.cancel(paid, toss.Cancellation{})
				wantRefusal(t, err, 403, toss.CodeNotCancelableAmount)
				if got.Cancels[0].TransactionKey == got.Cancels[1].TransactionKey {
					t.Error("two cancels with one transaction key")
				}
				if left := got.Cancels[0].RefundableAmount; !left.Equal(money.New(500)) {
					t.Errorf("after the first part %s was left", left)
				}
				if err := f.Act(t.Context(), paid.PaymentKey, fake.Cancel); err == nil {
					t.Error("the clerk cancelled nothing")
				}
			}
		})
	})
	t.Run("GuardsAgainstAStaleBelief", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			paid := f.paid(1000)
			in := toss.Cancellation{CancelAmount: amount(300), RefundableAmount: amount(1000)}
			f.mustCancel(paid, in)
			_, err := f.cancel(paid, in) // the same again: it believes what is not so any more
			wantRefusal(t, err, 400, toss.CodeNotMatchesRefundable)
			f.wantHeld(paid.PaymentKey, 700)
		})
	})
}

func TestCancel_OfTheRealGateway(t *testing.T) {
	t.Parallel()
	account := &toss.RefundAccount{Bank: "88", AccountNumber: "110123456789", HolderName: "홍길동"}
	for _, c := range []struct {
		name  string
		setup func(f fixture) *toss.Payment
		in    toss.Cancellation
		code  string
		held  int64
	}{
		{"TwiceInFull", func(f fixture) *toss.Payment {
			paid := f.paid(1000)
			f.mustCancel(paid, toss.Cancellation{})
			return paid
		}, toss.Cancellation{}, toss.CodeAlreadyCanceled, 0},
		{"BeforeItIsConfirmed", func(f fixture) *toss.Payment { return f.authenticated(1000) },
			toss.Cancellation{}, toss.CodeNotCancelablePayment, 0},
		{"APartBeforeTheDeposit", func(f fixture) *toss.Payment { return f.account(1000) },
			toss.Cancellation{CancelAmount: amount(100)}, toss.CodePartialRefundWaiting, 0},
		{"AnAccountToNowhere", func(f fixture) *toss.Payment {
			waits := f.account(1000)
			_, err := f.client.Deposit(f.t.Context(), waits.PaymentKey)
			return must(f.t, waits, err)
		}, toss.Cancellation{}, toss.CodeInvalidRefundAccountInfo, 1000},
	} {
		t.Run("Refuses"+c.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, fake.Options{Style: fake.Real})
			payment := c.setup(f)
			_, err := f.cancel(payment, c.in)
			wantRefusal(t, err, 0, c.code)
			f.wantHeld(payment.PaymentKey, c.held)
		})
	}
	t.Run("RefundsAVirtualAccountToAnAccount", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real, Clock: stopped()})
		waits := f.account(1000)
		if _, err := f.client.Deposit(t.Context(), waits.PaymentKey); err != nil {
			t.Fatal(err)
		}
		got, err := f.cancel(waits, toss.Cancellation{CancelAmount: amount(1), RefundReceiveAccount: account})
		if must(t, got, err).Status != toss.StatusPartialCanceled || got.VirtualAccount.RefundStatus != "PENDING" {
			t.Errorf("got %s, and the refund is %s", got.Status, got.VirtualAccount.RefundStatus)
		}
		f.wantHeld(waits.PaymentKey, 999)
		f.Clock().Advance(2 * 24 * time.Hour)
		if got := f.get(waits.PaymentKey).VirtualAccount.RefundStatus; got != "COMPLETED" {
			t.Errorf("two days later the refund is %s", got)
		}
	})
	t.Run("EndsAnAccountBeforeItsDeposit", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real})
		waits := f.account(1000)
		got, err := f.cancel(waits, toss.Cancellation{})
		if must(t, got, err).Status != toss.StatusCanceled {
			t.Errorf("got %s", got.Status)
		}
		f.wantHeld(waits.PaymentKey, 0)
		if _, err := f.client.Deposit(t.Context(), waits.PaymentKey); err == nil {
			t.Error("a cancelled account took a deposit")
		}
	})
}

// TestTakeBack_GivesBackNoMoreThanIsLeft: the reference takes another deposit into
// an account that was refunded in part, and calls it done again.
func TestTakeBack_GivesBackNoMoreThanIsLeft(t *testing.T) {
	t.Parallel()
	f := start(t, fake.Options{})
	p := f.account(1000)
	f.mustAct(p, fake.Deposit)
	_, err := f.cancel(p, toss.Cancellation{CancelAmount: amount(300)})
	must(t, p, err)
	got, err := f.client.Deposit(t.Context(), p.PaymentKey)
	f.mustAct(must(t, got, err), fake.TakeBack)
	f.wantHeld(p.PaymentKey, 0)
}
