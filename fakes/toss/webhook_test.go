package toss_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
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
		if m.body["eventType"] != toss.EventPaymentStatusChanged || data["status"] != status || data["paymentKey"] != waits.PaymentKey {
			t.Errorf("got %v, want %s", m.body, status)
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
		"ADepositTakenBack":     {func(f fixture) { f.mustAct(f.account(1000), fake.Deposit, fake.TakeBack) }, []string{"DONE"}},
		"ACancel":               {func(f fixture) { f.mustCancel(f.paid(1000), toss.Cancellation{}) }, []string{"DONE", "CANCELED"}},
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

func TestDepositCallback(t *testing.T) {
	t.Parallel()
	t.Run("IsFlatAndHoldsTheSecret", func(t *testing.T) {
		t.Parallel()
		box := newInbox(t, always(http.StatusOK))
		f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, DepositCallback: true})
		waits := f.account(1000)
		m := box.next(t)
		if m.body["secret"] != waits.Secret || m.body["status"] != "WAITING_FOR_DEPOSIT" || m.body["orderId"] != waits.OrderID {
			t.Errorf("got %v", m.body)
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
		if first, second := box.next(t), box.next(t); first.body["eventType"] == nil || second.body["secret"] != waits.Secret {
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

func TestWebhook_MeetsFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind fault.Kind
		want []string // statuses in the order of their arrival
	}{
		{fault.DuplicateWebhook, []string{"WAITING_FOR_DEPOSIT", "WAITING_FOR_DEPOSIT", "DONE"}},
		{fault.LoseWebhook, []string{"DONE"}},
		{fault.ReorderWebhook, []string{"DONE", "WAITING_FOR_DEPOSIT"}},
		{fault.LateWebhook, []string{"DONE", "WAITING_FOR_DEPOSIT"}},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			box := newInbox(t, always(http.StatusOK))
			f := start(t, fake.Options{WebhookURL: box.URL, Clock: stopped()})
			f.Faults().MustAdd(fault.Plan{Kind: c.kind, Path: "/v1/virtual-accounts", Delay: minute})
			waits := f.account(1000)
			if _, err := f.client.Deposit(t.Context(), waits.PaymentKey); err != nil {
				t.Fatal(err)
			}
			box.settle(t, f)
			f.Clock().Advance(time.Hour)
			if n := box.settle(t, f); n != len(c.want) {
				t.Fatalf("%d webhooks, want %v", n, c.want)
			}
			for i, want := range c.want {
				data, _ := box.next(t).body["data"].(map[string]any)
				if data["status"] != want {
					t.Errorf("webhook %d is %v, want %s", i+1, data["status"], want)
				}
			}
		})
	}
}

func TestWebhook_MeetsTwoFaultsAtOnce(t *testing.T) {
	t.Parallel()
	box := newInbox(t, always(http.StatusOK))
	f := start(t, fake.Options{WebhookURL: box.URL, Clock: stopped()})
	for _, kind := range []fault.Kind{fault.LateWebhook, fault.DuplicateWebhook} {
		f.Faults().MustAdd(fault.Plan{Kind: kind, Path: "/v1/virtual-accounts", Delay: minute})
	}
	f.account(1000)
	if n := box.settle(t, f); n != 0 {
		t.Errorf("%d came before their time", n)
	}
	f.Clock().Advance(time.Minute)
	if n := box.settle(t, f); n != 2 {
		t.Errorf("%d came, want the late one twice", n)
	}
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

// TestWebhookFaults_StrikeWhateverCausedIt: the clock, the payment window, and
// what a person does by the page.
func TestWebhookFaults_StrikeWhateverCausedIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path  string // of the cause
		cause func(t *testing.T, f fixture)
	}{
		"Clock": {fault.ByClock.Path, func(t *testing.T, f fixture) {
			f.account(1000)
			f.Clock().Advance(7 * 24 * time.Hour)
		}},
		"Checkout": {"/checkout/*/reject", func(t *testing.T, f fixture) {
			w, _ := f.openWindow(nil)
			w.choose("reject")
		}},
		"People": {"/__fake/payments/*/deposit", func(t *testing.T, f fixture) {
			if err := f.Act(t.Context(), f.account(1000).PaymentKey, fake.Deposit); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := newInbox(t, always(http.StatusOK))
			f := start(t, fake.Options{Style: fake.Real, WebhookURL: box.URL, Clock: stopped()})
			f.Faults().MustAdd(fault.Plan{Kind: fault.DuplicateWebhook, Path: c.path})
			c.cause(t, f)
			if n := box.settle(t, f); n != 2 {
				t.Errorf("it came %d times, want 2", n)
			}
		})
	}
}
