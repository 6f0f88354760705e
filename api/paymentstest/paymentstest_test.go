package paymentstest_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/paymentstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within bounds the wait for a webhook.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func order() api.Source {
	return api.Source{Schema: "shop", Table: "orders", ID: uuid.NewString()}
}

func card(orderID string) iamport.OnetimeRequest {
	return iamport.OnetimeRequest{
		CardInput: iamport.CardInput{CardNumber: "1234-1234-1234-1234", Expiry: "2030-12", Birth: "880311"},
		Order:     iamport.Order{MerchantUID: orderID, Amount: money.New(20_000), Name: "an order"},
	}
}

// pay pays an order and stores it.
func pay(t *testing.T, s *paymentstest.Server, source api.Source) *api.History {
	t.Helper()
	paid, err := s.Iamport.Onetime(t.Context(), card(source.ID))
	if err != nil {
		t.Fatal(err)
	}
	history, err := s.Client.StoreHistory(t.Context(), api.StoreHistory{
		Vendor: api.Vendor{Code: api.Iamport, StoreID: "default", UID: paid.ImpUID}, Source: source,
		Price: money.New(20_000), Password: "secret", WebhookURL: s.Webhooks.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	return history
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "and another beside it"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s := paymentstest.Open(t)
			t.Logf("open after %v", time.Since(began).Round(time.Millisecond))
			source := order()
			stored := pay(t, s, source)
			if _, err := s.Client.CancelHistory(t.Context(), api.CancelHistory{
				Source: source, Password: "secret", Price: money.New(5_000), Reason: "changed their mind",
			}); err != nil {
				t.Fatal(err)
			}
			hook, err := s.Webhooks.Wait(within(t), func(w api.Webhook) bool { return len(w.Current.Cancels) == 1 })
			if err != nil {
				t.Fatal(err)
			}
			if hook.Current.ID != stored.ID || hook.Source != source || !hook.Current.Refund.Equal(money.New(5_000)) {
				t.Errorf("heard of %s, refund %v; paid was %s", hook.Source, hook.Current.Refund, source)
			}
			for _, hook := range s.Webhooks.All() {
				if hook.Source != source {
					t.Errorf("heard of %s, a payment at another server", hook.Source)
				}
			}
		})
	}
}

func TestWebhooks_WaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := paymentstest.Open(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(context.DeadlineExceeded)
	if hook, err := s.Webhooks.Wait(ctx, func(api.Webhook) bool { return true }); err == nil {
		t.Errorf("got %v without a payment", hook)
	}
}
