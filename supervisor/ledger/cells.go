package ledger

import (
	"math"
	"slices"
)

// Counter is a cell that only grows.
type Counter struct{ cell *record }

// Counter returns the counter of that name and those labels (name, value, name, value …), entering it if it is new.
func (l *Ledger) Counter(name, help string, labels ...string) Counter {
	l.describe(name, help)
	return Counter{l.enter(series{counterKind, 0, join(name, labels)})}
}

// Inc adds one.
func (c Counter) Inc() { c.cell.value.Add(1) }

// Add adds n.
func (c Counter) Add(n uint64) { c.cell.value.Add(n) }

// Value is the total over all processes that ever counted here.
func (c Counter) Value() uint64 { return c.cell.value.Load() }

// Histogram counts observations by size.
type Histogram struct {
	bounds  []float64
	buckets []*record // one more than bounds: the last takes what is larger
	sum     *record
}

// Histogram returns the histogram of that name and those labels, with a bucket up to each bound and one above the last.
func (l *Ledger) Histogram(name, help string, bounds []float64, labels ...string) Histogram {
	l.describe(name, help)
	key := join(name, labels)
	h := Histogram{bounds: bounds, sum: l.enter(series{sumKind, 0, key})}
	for _, b := range append(slices.Clone(bounds), math.Inf(1)) {
		h.buckets = append(h.buckets, l.enter(series{bucketKind, math.Float64bits(b), key}))
	}
	return h
}

// Observe counts one value.
func (h Histogram) Observe(v float64) {
	i, _ := slices.BinarySearch(h.bounds, v) // a bound belongs to its bucket: le
	h.buckets[i].value.Add(1)
	for {
		old := h.sum.value.Load()
		if h.sum.value.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+v)) {
			return
		}
	}
}

// describe enters a help text, the first one for each name.
func (l *Ledger) describe(name, help string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := series{kind: helpKind, key: join(name, []string{help})}
	if l.known[s] == nil {
		if l.known[s] = l.find(s); l.known[s] == nil {
			l.known[s] = l.add(s)
		}
	}
}
