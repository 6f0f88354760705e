package toss_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/samchon/payments-server/fakes/fault"
	fake "github.com/samchon/payments-server/fakes/toss"
)

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
