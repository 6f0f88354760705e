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

// Requests returns the requests that are kept, oldest first.
func (l *Ledger) Requests() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Request, 0, l.requests.Len())
	for _, r := range l.requests.All() {
		all = append(all, r)
	}
	return all
}

// Clear forgets everything.
func (l *Ledger) Clear() {
	defer l.changes.Publish()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.totals = Totals{}
	l.payments.Clear()
	l.requests.Clear()
}
