package toss_test

import (
	"testing"
	"time"

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

func TestApprove(t *testing.T) {
	t.Parallel()
	t.Run("IsConfirmWithTheKeyInThePath", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			waits := f.authenticated(1000)
			done, err := f.client.Approve(t.Context(), waits.PaymentKey, toss.Approval{OrderID: waits.OrderID, Amount: waits.TotalAmount})
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
