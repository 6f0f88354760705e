package worker_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/samchon/payments-server/api"
)

// front is a PG's own proxy: it can give up on a request for a cancel, and have
// it carried out all the same.
type front struct {
	t      testing.TB
	behind *url.URL

	mu      sync.Mutex
	tired   bool
	pending *http.Request
}

// before puts a front before a vendor's fake. The worker is opened after it.
func (w *world) before(code api.VendorCode) *front {
	w.t.Helper()
	address := &w.tossURL
	if code == api.Iamport {
		address = &w.iamportURL
	}
	f := &front{t: w.t, behind: mustv(url.Parse(*address))(w.t)}
	pass := httputil.NewSingleHostReverseProxy(f.behind)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if f.keeps(r) {
			http.Error(rw, "the gateway has not answered", http.StatusBadGateway)
			return
		}
		pass.ServeHTTP(rw, r)
	}))
	w.t.Cleanup(server.Close)
	*address = server.URL
	return f
}

// giveUp has the front answer the next request for a cancel by itself.
func (f *front) giveUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tired = true
}

func (f *front) keeps(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.tired || !strings.HasSuffix(r.URL.Path, "/cancel") {
		return false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return false
	}
	f.tired = false
	f.pending = mustv(http.NewRequest(r.Method, f.behind.JoinPath(r.URL.Path).String(), bytes.NewReader(body)))(f.t)
	f.pending.Header = r.Header.Clone()
	return true
}

// carryOn carries out what the front gave up on.
func (f *front) carryOn() {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	answer := mustv(http.DefaultClient.Do(f.pending))(f.t)
	must(f.t, answer.Body.Close())
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		f.t.Fatalf("carried on: %s", answer.Status)
	}
}
