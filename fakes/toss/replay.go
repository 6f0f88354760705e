package toss

import (
	"context"
	"net/http"
	"sync"
	"time"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/internal/volatile"
)

const (
	maxIdempotencyKey    = 300
	idempotencyKeyExpiry = 15 * 24 * time.Hour // since its first use
)

// scope is what the gateway tells requests apart by. The body is not a part of
// it: whoever uses one key for two payments gets the first one's answer twice.
// https://docs.tosspayments.com/guides/using-api/idempotency-key
type scope struct{ key, authorization, method, path string }

// replays remember the answers to requests with an Idempotency-Key, refusals
// included, and which of those requests are under way.
type replays struct {
	now func() time.Time

	mu       sync.Mutex
	answers  *volatile.Store[scope, replay]
	underway map[scope]bool
}

type replay struct {
	at     time.Time
	status int
	header http.Header
	body   []byte
}

func newReplays(now func() time.Time, capacity int) *replays {
	return &replays{
		now:      now,
		answers:  volatile.New[scope, replay](volatile.Limits{Count: capacity}, now),
		underway: make(map[scope]bool),
	}
}

func (p *replays) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers.Clear()
}

// overlaps marks the context of a request that came while another of its scope
// was under way.
type overlaps struct{}

// watch marks requests as under way from their arrival until their answer has
// left, faults included: a stalled answer is a request still being processed.
func (p *replays) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ok := scopeOf(r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		if p.enter(id) {
			defer p.leave(id)
		} else {
			r = r.WithContext(context.WithValue(r.Context(), overlaps{}, true))
		}
		next.ServeHTTP(w, r)
	})
}

func (p *replays) enter(id scope) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.underway[id] {
		return false
	}
	p.underway[id] = true
	return true
}

func (p *replays) leave(id scope) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.underway, id)
}

// once performs a request, or repeats the answer it got the first time.
func (p *replays) once(w http.ResponseWriter, r *http.Request, perform func(http.ResponseWriter)) {
	id, ok := scopeOf(r)
	switch {
	case !ok:
		perform(w)
	case len(id.key) > maxIdempotencyKey:
		writeVendor(w, r, api.CodeInvalidIdempotencyKey)
	case r.Context().Value(overlaps{}) != nil:
		writeVendor(w, r, api.CodeIdempotentProcessing)
	default:
		answer, known := p.find(id)
		if !known {
			answer = replay{at: p.now(), status: http.StatusOK, header: make(http.Header)}
			perform(&answer)
			p.keep(id, answer)
		}
		answer.copyInto(w)
	}
}

func (p *replays) find(id scope) (replay, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer, ok := p.answers.Get(id)
	return answer, ok && p.now().Sub(answer.at) < idempotencyKeyExpiry
}

func (p *replays) keep(id scope, answer replay) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers.Put(id, answer)
}

// scopeOf returns the scope of a request that asks for idempotency. Only a POST
// can: the gateway ignores the header elsewhere.
func scopeOf(r *http.Request) (scope, bool) {
	key := r.Header.Get("Idempotency-Key")
	return scope{key, r.Header.Get("Authorization"), r.Method, r.URL.Path}, key != "" && r.Method == http.MethodPost
}

// A replay is an http.ResponseWriter while it is made.
func (a *replay) Header() http.Header    { return a.header }
func (a *replay) WriteHeader(status int) { a.status = status }
func (a *replay) Write(b []byte) (int, error) {
	a.body = append(a.body, b...)
	return len(b), nil
}

func (a *replay) copyInto(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the sender may have left
}
