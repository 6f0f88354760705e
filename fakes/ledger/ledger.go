// Package ledger is the truth about a fake PG: what was captured and refunded
// of each payment, in order, and each request that arrived, whatever its sender
// got to see. Tests compare their own books with it. Nothing reads it to decide.
package ledger

import (
	"sync"
	"time"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/feed"
	"github.com/samchon/payments-server/fakes/internal/volatile"
)

// Kind says which way the money went.
type Kind string

// The movements of money.
const (
	Captured Kind = "captured"
	Refunded Kind = "refunded"
)

// Entry is one movement of money.
type Entry struct {
	Seq     int64        `json:"seq"`
	At      time.Time    `json:"at"`
	Payment string       `json:"payment"` // the PG's identifier
	Order   string       `json:"order"`   // the shop's
	Kind    Kind         `json:"kind"`
	Amount  money.Amount `json:"amount"`
}

// Totals sum up everything since the ledger began, also what it has forgotten
// the single entries of.
type Totals struct {
	Captured money.Amount `json:"captured"`
	Refunded money.Amount `json:"refunded"`
}

// Balance is what the PG still holds.
func (t Totals) Balance() money.Amount { return t.Captured.Sub(t.Refunded) }

func (t *Totals) add(e Entry) {
	switch e.Kind {
	case Captured:
		t.Captured = t.Captured.Add(e.Amount)
	case Refunded:
		t.Refunded = t.Refunded.Add(e.Amount)
	}
}

// Request is one that arrived. Status is what the fake decided to answer; the
// faults say whether its sender got to see it. Secrets are masked in Body.
type Request struct {
	Seq    int64        `json:"seq"`
	At     time.Time    `json:"at"`
	Method string       `json:"method"`
	Path   string       `json:"path"`
	Query  string       `json:"query,omitempty"`
	Body   string       `json:"body,omitempty"`
	Status int          `json:"status"` // 0 when nothing was done
	Faults []fault.Kind `json:"faults,omitempty"`
}

// Ledger is made by New.
type Ledger struct {
	now     func() time.Time
	changes feed.Feed

	mu       sync.Mutex
	seq      int64
	totals   Totals
	payments *volatile.Store[string, []Entry]
	requests *volatile.Store[int64, Request]
}

// New returns an empty ledger that keeps the entries of so many payments, and
// so many requests.
func New(now func() time.Time, payments, requests int) *Ledger {
	return &Ledger{
		now:      now,
		payments: volatile.New[string, []Entry](volatile.Limits{Count: payments}, now),
		requests: volatile.New[int64, Request](volatile.Limits{Count: requests}, now),
	}
}

// Record writes a movement down. Seq and At are the ledger's own.
func (l *Ledger) Record(e Entry) {
	defer l.changes.Publish()
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq, e.At = l.next(), l.now()
	l.totals.add(e)
	entries, _ := l.payments.Get(e.Payment)
	l.payments.Put(e.Payment, append(entries, e))
}

// RecordRequest writes a request down. Seq and At are the ledger's own.
func (l *Ledger) RecordRequest(r Request) {
	defer l.changes.Publish()
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Seq, r.At = l.next(), l.now()
	l.requests.Put(r.Seq, r)
}

// Changed returns a channel that is closed when the ledger is written to next.
func (l *Ledger) Changed() <-chan struct{} { return l.changes.Changed() }

func (l *Ledger) next() int64 {
	l.seq++
	return l.seq
}
