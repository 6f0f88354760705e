package toss_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/internal/courier"
	fake "github.com/samchon/payments-server/fakes/toss"
)

func TestWebhook_OfTheReference(t *testing.T) {
	t.Parallel()
	box := newInbox(t, always(http.StatusInternalServerError))
	f := start(t, fake.Options{WebhookURL: box.URL, Clock: stopped()})
	f.paid(1000) // told nobody
	waits := f.account(1000)
	for _, status := range []string{"WAITING_FOR_DEPOSIT", "DONE", "PARTIAL_CANCELED", "CANCELED"} {
		switch status {
		case "DONE":
			if _, err := f.client.Deposit(t.Context(), waits.PaymentKey); err != nil {
				t.Fatal(err)
			}
		case "PARTIAL_CANCELED", "CANCELED":
			f.mustCancel(waits, toss.Cancellation{CancelAmount: amount(500)})
		}
		m := box.next(t)
		data, _ := m.body["data"].(map[string]any)
		if m.body["eventType"] != toss.EventPaymentStatusChanged {
			t.Errorf("got %v", m.body)
		}
		if data["status"] != status || data["paymentKey"] != waits.PaymentKey || data["orderId"] != waits.OrderID {
			t.Errorf("got %v, want %s", data, status)
		}
		if _, there := m.body["createdAt"]; there {
			t.Error("the reference does not say when")
		}
	}
	f.Clock().Advance(5 * 24 * time.Hour)
	if n := box.settle(t, f); n != 0 {
		t.Errorf("%d more webhooks, though the reference sends each once", n)
	}
}

func TestWebhook_OfTheRealGateway(t *testing.T) {
	t.Parallel()
	t.Run("HoldsTheWholePayment", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusOK))
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, Clock: stopped()})
		paid := f.paid(1000)
		m := box.next(t)
		data, _ := m.body["data"].(map[string]any)
		if data["paymentKey"] != paid.PaymentKey || data["totalAmount"] != 1000.0 || data["card"] == nil {
			t.Errorf("got %v", data)
		}
		if m.body["createdAt"] != "2026-03-01T21:00:00.000000" { // Korean time, not said
			t.Errorf("created at %v", m.body["createdAt"])
		}
		if m.header.Get("tosspayments-webhook-transmission-id") == "" {
			t.Error("there is no transmission id")
		}
	})
	t.Run("ClimbsTheLadderUntilItIsAnswered200", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, func(n int) int {
			if n < 8 {
				return http.StatusCreated // a success anywhere else
			}
			return http.StatusOK
		})
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, Clock: stopped()})
		f.paid(1000)
		id := box.next(t).header.Get("tosspayments-webhook-transmission-id")
		for i, wait := range []time.Duration{1, 4, 16, 64, 256, 1024, 4096} {
			if n := box.settle(t, f); n != 0 {
				t.Fatalf("attempt %d came %d times too early", i+2, n)
			}
			f.Clock().Advance(wait * time.Minute)
			if got := box.next(t).header.Get("tosspayments-webhook-transmission-id"); got != id {
				t.Errorf("attempt %d is %s, not %s", i+2, got, id)
			}
		}
		f.Clock().Advance(30 * 24 * time.Hour)
		if n := box.settle(t, f); n != 0 {
			t.Errorf("%d attempts after the last", n)
		}
	})
	t.Run("FailsWhenItIsNeverAnswered200", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusCreated))
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, Clock: stopped()})
		f.paid(1000)
		f.Clock().Advance(4 * 24 * time.Hour)
		if hook := f.Webhooks()[0]; hook.State != courier.Failed || len(hook.Attempts) != 8 {
			t.Errorf("%s after %d attempts, want failed after 8", hook.State, len(hook.Attempts))
		}
	})
	t.Run("TellsOfNoBillingPayment", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusOK))
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL})
		f.charged(1000)
		if n := box.settle(t, f); n != 0 {
			t.Errorf("%d webhooks", n)
		}
	})
	for name, c := range map[string]struct {
		cause func(f fixture)
		want  []string
	}{
		"APaymentThatIsRead":    {func(f fixture) { f.get(f.authenticated(1000).PaymentKey) }, nil},
		"AnAccountThatIsOpened": {func(f fixture) { f.account(1000) }, nil},
		"AConfirmation":         {func(f fixture) { f.mustConfirm(f.authenticated(1000)) }, []string{"DONE"}},
		"ADeposit":              {func(f fixture) { f.mustAct(f.account(1000), fake.Deposit) }, []string{"DONE"}},
		"ARejection":            {func(f fixture) { f.mustAct(f.authenticated(1000), fake.Fail) }, []string{"ABORTED"}},
		"APayerWhoIsTooLate":    {func(f fixture) { f.mustAct(f.authenticated(1000), fake.Expire) }, []string{"EXPIRED"}},
		"ADepositTakenBack": {func(f fixture) {
			f.mustAct(f.account(1000), fake.Deposit, fake.TakeBack)
		}, []string{"DONE"}},
		"ACancel": {func(f fixture) {
			f.mustCancel(f.paid(1000), toss.Cancellation{})
		}, []string{"DONE", "CANCELED"}},
		"APartialCancel": {func(f fixture) {
			f.mustCancel(f.paid(1000), toss.Cancellation{CancelAmount: amount(1)})
		}, []string{"DONE", "PARTIAL_CANCELED"}},
	} {
		t.Run("TellsOf"+name, func(t *testing.T) {
			t.Parallel()
			box := newInbox(t, always(http.StatusOK))
			f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL})
			c.cause(f)
			var got []string
			for range box.settle(t, f) {
				data, _ := box.next(t).body["data"].(map[string]any)
				got = append(got, data["status"].(string))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	t.Run("TellsOfAnAccountThatExpired", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusOK))
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, Clock: stopped()})
		waits := f.account(1000)
		f.Clock().Advance(7 * 24 * time.Hour)
		data, _ := box.next(t).body["data"].(map[string]any)
		if data["status"] != "EXPIRED" {
			t.Errorf("got %v", data["status"])
		}
		if got := f.get(waits.PaymentKey); !got.VirtualAccount.Expired {
			t.Error("the account is still open")
		}
		if _, err := f.client.Deposit(t.Context(), waits.PaymentKey); err == nil {
			t.Error("an expired account took a deposit")
		}
		f.wantHeld(waits.PaymentKey, 0)
	})
}

func TestConfigure_CountsForTheNextWebhook(t *testing.T) {
	t.Parallel()
	box := newInbox(t, func(n int) int { return http.StatusInternalServerError })
	f := start(t, fake.Options{WebhookURL: box.URL, Clock: stopped()})
	var settings fake.Settings
	settings.Style, settings.DepositCallback = fake.Real, true
	if err := f.Configure(settings); err != nil {
		t.Fatal(err)
	}
	waits := f.account(1000)
	if m := box.next(t); m.body["secret"] != waits.Secret {
		t.Errorf("got %v, want a deposit callback", m.body)
	}
	box.settle(t, f)
	f.Clock().Advance(time.Minute) // the first step of the real style's ladder
	if n := box.settle(t, f); n != 1 {
		t.Errorf("%d further attempts, want 1", n)
	}
	settings.WebhookRetries = clock.Durations{-1}
	if err := f.Configure(settings); err == nil {
		t.Error("a wait below zero was accepted")
	}
}
