package worker_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/wire"
)

// heard is a webhook as a service reads it.
type heard struct {
	ID                string
	Source            api.Source
	Previous, Current seen

	traceparent string // of the request
}

// service is a company's own backend: it takes our webhooks.
type service struct {
	url string

	mu       sync.Mutex
	webhooks []heard
	arrived  chan struct{} // is told of each webhook, if somebody waits
}

func newService(t testing.TB, codec *wire.Codec) *service {
	s := &service{arrived: make(chan struct{}, 1)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sealed, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var hook heard
		plain, err := codec.Open(nil, sealed)
		if err != nil || json.Unmarshal(plain, &hook) != nil {
			t.Errorf("a webhook that cannot be read: %q", sealed)
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		hook.traceparent = r.Header.Get("Traceparent")
		s.mu.Lock()
		defer s.mu.Unlock()
		s.webhooks = append(s.webhooks, hook)
		select {
		case s.arrived <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL + "/webhooks"
	return s
}

// heardOf returns the webhooks about a history so far.
func (s *service) heardOf(history string) (about []heard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.webhooks {
		if w.Current.ID == history {
			about = append(about, w)
		}
	}
	return about
}
