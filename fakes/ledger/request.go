package ledger

import (
	"time"

	"github.com/samchon/payments-server/fakes/fault"
)

// MaxBody is how many bytes of a request's body are kept.
const MaxBody = 4 << 10

// Subject is what a request is about, as far as it, or its answer, tells.
type Subject struct {
	Payment string `json:"payment,omitempty"` // the PG's identifier
	Order   string `json:"order,omitempty"`   // the shop's
}

// Or completes a subject by another one.
func (s Subject) Or(other Subject) Subject {
	if s.Payment == "" {
		s.Payment = other.Payment
	}
	if s.Order == "" {
		s.Order = other.Order
	}
	return s
}

// Whole reports whether both are known.
func (s Subject) Whole() bool { return s.Payment != "" && s.Order != "" }

// Request is one that arrived. Status is what the fake decided to answer; the
// faults say whether its sender got to see it.
type Request struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Query  string    `json:"query,omitempty"`
	Subject
	IdempotencyKey string `json:"idempotency_key,omitempty"`
	// Body is masked where it is secret. Truncated says that there was more of it.
	Body      string       `json:"body,omitempty"`
	Truncated bool         `json:"truncated,omitempty"`
	Status    int          `json:"status"` // 0 when nothing was done
	Faults    []fault.Kind `json:"faults,omitempty"`
}

// Query selects requests by what is not empty in it.
type Query struct {
	Subject
	IdempotencyKey string
}

func (q Query) selects(r Request) bool {
	return (q.Payment == "" || q.Payment == r.Payment) &&
		(q.Order == "" || q.Order == r.Order) &&
		(q.IdempotencyKey == "" || q.IdempotencyKey == r.IdempotencyKey)
}

// Find returns the requests that are kept and selected, oldest first.
func (l *Ledger) Find(q Query) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := []Request{}
	for _, r := range l.requests.All() {
		if q.selects(r) {
			found = append(found, r)
		}
	}
	return found
}

// Requests returns the requests that are kept, oldest first.
func (l *Ledger) Requests() []Request { return l.Find(Query{}) }
