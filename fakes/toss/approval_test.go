package toss_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

func TestConfirm(t *testing.T) {
	t.Parallel()
	t.Run("CapturesWhatWasAuthenticated", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			waits := f.authenticated(1000)
			if waits.Status != toss.StatusInProgress || !waits.ApprovedAt.IsZero() {
				t.Fatalf("got %s at %s", waits.Status, waits.ApprovedAt)
			}
			f.wantHeld(waits.PaymentKey, 0)
			done, err := f.confirm(waits)
			if must(t, done, err).Status != toss.StatusDone || done.ApprovedAt.IsZero() {
				t.Errorf("got %s at %s", done.Status, done.ApprovedAt)
			}
			f.wantHeld(waits.PaymentKey, 1000)
		})
	})
	t.Run("TakesTheMoneyOfOneWindowWhenAnOrderHasTwo", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			order := map[string]any{"orderId": uuid.NewString()}
			first, _ := f.openWindow(order)
			second, _ := f.openWindow(order)
			first.choose("pay")
			second.choose("pay")
			done, err := f.confirm(first.payment())
			must(t, done, err)
			got, err := f.client.GetByOrderID(t.Context(), done.OrderID)
			if must(t, got, err).PaymentKey != done.PaymentKey {
				t.Errorf("the order is known by the payment that is %s, and not by the paid one", got.Status)
			}
			if _, err = f.confirm(second.payment()); style == fake.Real {
				wantRefusal(t, err, 400, toss.CodeDuplicatedOrderID)
			} else if err != nil {
				t.Errorf("the reference takes an order twice: %v", err)
			}
		})
	})
	t.Run("RefusesAnotherOrderOrAmount", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			waits := f.authenticated(1000)
			status, code := 422, ""
			if style == fake.Real {
				status, code = 400, toss.CodeInvalidRequest
			}
			for _, in := range []toss.Confirmation{
				{PaymentKey: waits.PaymentKey, OrderID: "another", Amount: waits.TotalAmount},
				{PaymentKey: waits.PaymentKey, OrderID: waits.OrderID, Amount: money.MustParse("1000.01")},
			} {
				_, err := f.client.Confirm(t.Context(), in)
				wantRefusal(t, err, status, code)
			}
			f.wantHeld(waits.PaymentKey, 0)
		})
	})
	t.Run("CapturesOnceHoweverOftenItIsAsked", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			waits := f.authenticated(1000)
			if _, err := f.confirm(waits); err != nil {
				t.Fatal(err)
			}
			switch _, err := f.confirm(waits); style {
			case fake.Real:
				wantRefusal(t, err, 400, toss.CodeAlreadyProcessed)
			case fake.Reference:
				if err != nil {
					t.Error(err)
				}
			}
			f.wantHeld(waits.PaymentKey, 1000)
		})
	})
	t.Run("ComesTooLateAfterTenMinutes", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real, Clock: stopped()})
		waits := f.authenticated(1000)
		f.Clock().Advance(10 * time.Minute)
		_, err := f.confirm(waits)
		wantRefusal(t, err, 404, toss.CodeNotFoundPaymentSession)
		if got := f.get(waits.PaymentKey); got.Status != toss.StatusExpired {
			t.Errorf("got %s", got.Status)
		}
		f.wantHeld(waits.PaymentKey, 0)
	})
	t.Run("EndsTheTenMinutes", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real, Clock: stopped()})
		waits := f.authenticated(1000)
		if _, err := f.confirm(waits); err != nil {
			t.Fatal(err)
		}
		f.Clock().Advance(time.Hour)
		if got := f.get(waits.PaymentKey); got.Status != toss.StatusDone {
			t.Errorf("got %s", got.Status)
		}
	})
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		style fake.Style
		act   func(f fixture, w window) // within the payer's half hour
		after time.Duration
		want  toss.Status
	}{
		{"CountsTheConfirmationFromTheConsent", fake.Real, func(f fixture, w window) {
			f.Clock().Advance(25 * time.Minute)
			w.choose("pay")
		}, 9 * time.Minute, toss.StatusInProgress},
		{"IsNotOfTheReferenceOnceThePayerAgreed", fake.Reference, func(f fixture, w window) { w.choose("pay") },
			24 * time.Hour, toss.StatusInProgress},
		{"DoesNotChangeARejection", fake.Real, func(f fixture, w window) { w.choose("reject") },
			24 * time.Hour, toss.StatusAborted},
		{"GivesAConfirmedAccountItsDays", fake.Real, func(f fixture, w window) {
			w.choose("pay")
			f.mustConfirm(w.payment())
		}, 24 * time.Hour, toss.StatusWaitingForDeposit},
		{"EndsAConfirmedAccount", fake.Real, func(f fixture, w window) {
			w.choose("pay")
			f.mustConfirm(w.payment())
		}, 7 * 24 * time.Hour, toss.StatusExpired},
		{"LeavesADepositAlone", fake.Reference, func(f fixture, w window) {
			w.choose("pay")
			f.mustConfirm(w.payment())
			f.mustAct(w.payment(), fake.Deposit)
		}, 7 * 24 * time.Hour, toss.StatusDone},
		{"ComesForADepositThatWasTakenBack", fake.Reference, func(f fixture, w window) {
			w.choose("pay")
			f.mustConfirm(w.payment())
			f.mustAct(w.payment(), fake.Deposit, fake.TakeBack)
		}, 7 * 24 * time.Hour, toss.StatusExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, fake.Options{Style: c.style, Clock: stopped()})
			w, _ := f.openWindow(map[string]any{"method": "가상계좌"})
			c.act(f, w)
			f.Clock().Advance(c.after)
			got := w.payment()
			if got.Status != c.want {
				t.Errorf("got %s, want %s", got.Status, c.want)
			}
			if got.Status != toss.StatusExpired {
				return
			}
			if _, err := f.client.Deposit(t.Context(), got.PaymentKey); err == nil {
				t.Error("a closed account took a deposit")
			}
			f.wantHeld(got.PaymentKey, 0)
		})
	}
}

func (f fixture) mustConfirm(p *toss.Payment) {
	f.t.Helper()
	confirmed, err := f.confirm(p)
	must(f.t, confirmed, err)
}

func (f fixture) mustAct(p *toss.Payment, actions ...string) {
	f.t.Helper()
	for _, action := range actions {
		if err := f.Act(f.t.Context(), p.PaymentKey, action); err != nil {
			f.t.Fatal(err)
		}
	}
}

func TestApprove(t *testing.T) {
	t.Parallel()
	t.Run("IsConfirmWithTheKeyInThePath", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			waits := f.authenticated(1000)
			in := toss.Approval{OrderID: waits.OrderID, Amount: waits.TotalAmount}
			done, err := f.client.Approve(t.Context(), waits.PaymentKey, in)
			if must(t, done, err).Status != toss.StatusDone {
				t.Errorf("got %s", done.Status)
			}
		})
	})
	t.Run("OnlyStampsAVirtualAccount", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		waits := f.account(1000)
		done, err := f.confirm(waits)
		if must(t, done, err).Status != toss.StatusWaitingForDeposit || done.ApprovedAt.IsZero() {
			t.Errorf("got %s at %s", done.Status, done.ApprovedAt)
		}
		f.wantHeld(waits.PaymentKey, 0)
	})
}
