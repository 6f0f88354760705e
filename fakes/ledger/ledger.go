// Package ledger is the truth about a fake PG: what was captured and refunded
// of each payment, in order, and each request that arrived, whatever its sender
// got to see. Tests compare their own books with it. Nothing reads it to decide.
// It lives in memory, within Limits, and says how much it has forgotten.
package ledger

import (
	"cmp"
	"sync"
	"time"

	"github.com/samchon/payments-server/api/money"
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

// Limits say how much a ledger keeps. What is beyond them, it forgets from the
// oldest on, and counts.
type Limits struct {
	Payments int // whose entries are kept
	Requests int // DefaultRequests when 0
}

// DefaultRequests are more than a test makes that looks at them one by one.
const DefaultRequests = 20_000

// Ledger is made by New.
type Ledger struct {
	now     func() time.Time
	limits  Limits
	changes feed.Feed

	mu       sync.Mutex
	seq      int64
	totals   Totals
	opened   int // payments that were written to, ever
	arrived  int // requests, ever
	payments *volatile.Store[string, []Entry]
	requests *volatile.Store[int64, Request]
}

// New returns an empty ledger.
func New(now func() time.Time, limits Limits) *Ledger {
	limits.Requests = cmp.Or(limits.Requests, DefaultRequests)
	return &Ledger{
		now:      now,
		limits:   limits,
		payments: volatile.New[string, []Entry](volatile.Limits{Count: limits.Payments}, now),
		requests: volatile.New[int64, Request](volatile.Limits{Count: limits.Requests}, now),
	}
}

// Record writes a movement down. Seq and At are the ledger's own.
func (l *Ledger) Record(e Entry) {
	defer l.changes.Publish()
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq, e.At = l.next(), l.now()
	l.totals.add(e)
	entries, known := l.payments.Get(e.Payment)
	if !known {
		l.opened++
	}
	l.payments.Put(e.Payment, append(entries, e))
}

// RecordRequest writes a request down. Seq and At are the ledger's own.
func (l *Ledger) RecordRequest(r Request) {
	defer l.changes.Publish()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrived++
	r.Seq, r.At = l.next(), l.now()
	l.requests.Put(r.Seq, r)
}

// Changed returns a channel that is closed when the ledger is written to next.
func (l *Ledger) Changed() <-chan struct{} { return l.changes.Changed() }

func (l *Ledger) next() int64 {
	l.seq++
	return l.seq
}
