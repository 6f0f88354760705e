package paymentstest

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/samchon/payments-server/api"
)

// Webhooks is a service that takes every webhook and keeps it. One that is sent
// again it keeps once, by its id.
type Webhooks struct {
	URL    string
	server *httptest.Server

	mu    sync.Mutex
	taken []api.Webhook
	came  chan struct{} // closed, and replaced, when one has come
}

func newWebhooks(receiver *api.Receiver) *Webhooks {
	w := &Webhooks{came: make(chan struct{})}
	w.server = httptest.NewServer(receiver.Handler(w.take))
	w.URL = w.server.URL
	return w
}

func (w *Webhooks) take(_ context.Context, hook *api.Webhook) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.ContainsFunc(w.taken, func(known api.Webhook) bool { return known.ID == hook.ID }) {
		return nil
	}
	w.taken = append(w.taken, *hook)
	close(w.came)
	w.came = make(chan struct{})
	return nil
}

// All returns the webhooks so far, in the order in which they came.
func (w *Webhooks) All() []api.Webhook {
	all, _ := w.look()
	return all
}

func (w *Webhooks) look() (all []api.Webhook, next <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.taken), w.came
}

// Wait returns the first webhook that wanted reports true for, whether it has
// come already or is still to come before ctx ends.
func (w *Webhooks) Wait(ctx context.Context, wanted func(api.Webhook) bool) (api.Webhook, error) {
	for {
		all, next := w.look()
		if at := slices.IndexFunc(all, wanted); at >= 0 {
			return all[at], nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return api.Webhook{}, fmt.Errorf("wait for a webhook, with %d others here: %w", len(all), context.Cause(ctx))
		}
	}
}
