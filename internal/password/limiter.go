package password

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

// limitedRecords bounds the memory of the limiter. To push one record out of it,
// a guesser has to have as many others verified, which takes the better part of
// an hour of computing.
const limitedRecords = 100_000

// limiter slows down guessing at one record. A try counts as wrong from the
// moment it is taken until it is found right, so that tries sent all at once
// gain nothing.
type limiter struct {
	free           int
	first, longest time.Duration
	now            func() time.Time

	mu      sync.Mutex
	records *lru.LRU[string, tries]
}

type tries struct {
	wrong int
	until time.Time // no try before
}

func newLimiter(o Options) *limiter {
	records, err := lru.NewLRU[string, tries](limitedRecords, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &limiter{free: o.FreeTries, first: o.FirstWait, longest: o.LongestWait, now: o.Now, records: records}
}

// take begins a try and returns 0, or returns how long to wait before the next.
func (l *limiter) take(id string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	t, _ := l.records.Get(id)
	if wait := t.until.Sub(now); wait > 0 {
		return wait
	}
	// After four times the longest wait without a try, all is forgiven.
	if now.Sub(t.until) > 4*l.longest {
		t.wrong = 0
	}
	t.wrong++
	t.until = now.Add(l.waitAfter(t.wrong))
	l.records.Add(id, t)
	return 0
}

// giveBack undoes a take whose try was never made.
func (l *limiter) giveBack(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.records.Get(id); ok && t.wrong > 0 {
		t.wrong--
		t.until = l.now()
		l.records.Add(id, t)
	}
}

// reset forgets the wrong tries of a record.
func (l *limiter) reset(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records.Remove(id)
}

// waitAfter is 0 while tries are free, then first, doubled with each, up to longest.
func (l *limiter) waitAfter(wrong int) time.Duration {
	if wrong < l.free {
		return 0
	}
	wait := l.first
	for range wrong - l.free {
		if wait *= 2; wait >= l.longest {
			return l.longest
		}
	}
	return wait
}
