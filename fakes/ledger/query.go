package ledger

import (
	"cmp"
	"slices"
)

// Totals returns the sums over all payments.
func (l *Ledger) Totals() Totals {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.totals
}

// Payment returns the movements of one payment, in order, and their sums.
func (l *Ledger) Payment(payment string) ([]Entry, Totals) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries, _ := l.payments.Get(payment)
	var t Totals
	for _, e := range entries {
		t.add(e)
	}
	return slices.Clone(entries), t
}

// Order returns the movements of every payment of a shop's order, in order,
// and their sums. Captured twice is what it exists to show.
func (l *Ledger) Order(order string) ([]Entry, Totals) {
	var t Totals
	var found []Entry
	for _, e := range l.Entries() {
		if e.Order == order {
			found = append(found, e)
			t.add(e)
		}
	}
	return found, t
}

// Entries returns all movements that are kept, in order.
func (l *Ledger) Entries() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := []Entry{}
	for _, entries := range l.payments.All() {
		all = append(all, entries...)
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return all
}

// Keeping tells how much of something is kept.
type Keeping struct {
	Limit     int `json:"limit"`
	Forgotten int `json:"forgotten"`
}

// Keeping tells how many payments' entries, and how many requests, are kept at
// most, and how many are forgotten. Totals forget nothing.
func (l *Ledger) Keeping() (payments, requests Keeping) {
	l.mu.Lock()
	defer l.mu.Unlock()
	payments = Keeping{l.limits.Payments, l.opened - l.payments.Len()}
	requests = Keeping{l.limits.Requests, l.arrived - l.requests.Len()}
	return payments, requests
}

// Clear forgets everything.
func (l *Ledger) Clear() {
	defer l.changes.Publish()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.totals, l.opened, l.arrived = Totals{}, 0, 0
	l.payments.Clear()
	l.requests.Clear()
}
