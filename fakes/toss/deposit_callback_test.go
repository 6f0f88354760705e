package toss_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

func TestDepositCallback(t *testing.T) {
	t.Parallel()
	t.Run("IsFlatAndHoldsTheSecret", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusOK))
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, DepositCallback: true})
		waits := f.account(1000)
		m := box.next(t)
		for name, want := range map[string]any{
			"secret": waits.Secret, "status": "WAITING_FOR_DEPOSIT", "orderId": waits.OrderID,
			"transactionKey": waits.LastTransactionKey,
		} {
			if m.body[name] != want {
				t.Errorf("%s is %v, want %v", name, m.body[name], want)
			}
		}
		for _, absent := range []string{"eventType", "paymentKey", "data"} {
			if _, there := m.body[absent]; there {
				t.Errorf("it has a %s", absent)
			}
		}
	})
	t.Run("ComesBesideTheOtherEvent", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusOK))
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, DepositCallback: true})
		waits := f.account(1000)
		box.next(t)
		if _, err := f.client.Deposit(t.Context(), waits.PaymentKey); err != nil {
			t.Fatal(err)
		}
		first, second := box.next(t), box.next(t)
		if first.body["eventType"] == nil || second.body["secret"] != waits.Secret {
			t.Errorf("got %v and %v", first.body, second.body)
		}
	})
	t.Run("DoesNotTellOfAnAccountThatExpired", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusOK))
		f := start(t, fake.Options{WebhookURL: box.URL, DepositCallback: true, Clock: stopped()})
		waits := f.account(1000)
		opened := box.settle(t, f)
		f.Clock().Advance(7 * 24 * time.Hour)
		if got := f.get(waits.PaymentKey); got.Status != toss.StatusExpired {
			t.Fatalf("got %s", got.Status)
		}
		if n := box.settle(t, f); n != opened {
			t.Errorf("%d webhooks of it", n-opened)
		}
	})
	t.Run("TellsThatADepositWasTakenBack", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusOK))
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, DepositCallback: true})
		waits := f.account(1000)
		box.next(t)
		for _, action := range []string{fake.Deposit, fake.TakeBack} {
			if err := f.Act(t.Context(), waits.PaymentKey, action); err != nil {
				t.Fatal(err)
			}
		}
		box.next(t)
		box.next(t)
		if m := box.next(t); m.body["status"] != "WAITING_FOR_DEPOSIT" {
			t.Errorf("got %v", m.body)
		}
		if got := f.get(waits.PaymentKey); got.Status != toss.StatusWaitingForDeposit || !got.ApprovedAt.IsZero() {
			t.Errorf("got %s, approved at %s", got.Status, got.ApprovedAt)
		}
		f.wantHeld(waits.PaymentKey, 0)
		if err := f.Act(t.Context(), waits.PaymentKey, fake.Deposit); err != nil {
			t.Fatal(err)
		}
		f.wantHeld(waits.PaymentKey, 1000)
	})
}
