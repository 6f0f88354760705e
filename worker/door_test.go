package worker_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
)

// mishap is what becomes of an exchange on a network, after it was done.
type mishap string

const (
	lost     mishap = "response lost"
	late     mishap = "response late"
	failed   mishap = "5xx after commit"
	repeated mishap = "duplicate" // and the answer to the second one arrives
	postpone mishap = "5xx before commit"
)

// lateness is how long a late answer takes.
const lateness = 200 * time.Millisecond

// door stands before a server, as a load balancer does, and lets one exchange go wrong.
type door struct {
	url     string
	client  *http.Client
	mu      sync.Mutex
	behind  *url.URL
	mishap  mishap
	matches func(*http.Request) bool
	struck  chan struct{} // closed when it went wrong
	kept    func()        // carries out what was postponed
}

func newDoor(t testing.TB, before string) *door {
	t.Helper()
	// A connection for each request: net/http repeats by itself what it sent on a
	// connection that dies.
	d := &door{client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	d.leadTo(t, before)
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// before puts a door before a vendor's fake. The worker is opened after it.
func (w *world) before(code api.VendorCode) *door {
	w.t.Helper()
	address := &w.tossURL
	if code == api.Iamport {
		address = &w.iamportURL
	}
	d := newDoor(w.t, *address)
	*address = d.url
	return d
}

func (d *door) leadTo(t testing.TB, address string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.behind = mustv(url.Parse(address))(t)
}

// arm lets the next matching exchange go wrong, also one that is under way, and
// then closes struck.
func (d *door) arm(m mishap, matches func(*http.Request) bool, struck chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mishap, d.matches, d.struck = m, matches, struck
}

// strike takes the mishap that r meets; none otherwise.
func (d *door) strike(r *http.Request, among ...mishap) mishap {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.matches == nil || !d.matches(r) || (d.mishap == postpone) != (len(among) > 0) {
		return ""
	}
	d.matches = nil
	close(d.struck)
	return d.mishap
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if d.strike(r, postpone) != "" {
		later := r.Clone(context.WithoutCancel(r.Context()))
		d.kept = func() { d.pass(later, body) }
		http.Error(w, "the gateway has not answered", http.StatusBadGateway)
		return
	}
	answer := d.pass(r, body)
	switch d.strike(r) {
	case lost:
		panic(http.ErrAbortHandler)
	case late:
		time.Sleep(lateness) // what it is about
	case failed:
		http.Error(w, "the gateway has not answered", http.StatusBadGateway)
		return
	case repeated:
		answer = d.pass(r, body)
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// pass has a request answered. A server that dies of it hangs up on the client too.
func (d *door) pass(r *http.Request, body []byte) *httptest.ResponseRecorder {
	d.mu.Lock()
	behind := d.behind
	d.mu.Unlock()
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	proxy := httputil.ReverseProxy{
		Rewrite:      func(p *httputil.ProxyRequest) { p.SetURL(behind) },
		Transport:    d.client.Transport,
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	proxy.ServeHTTP(answer, r)
	return answer
}
