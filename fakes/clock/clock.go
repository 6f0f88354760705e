// Package clock is the time of a fake PG, which a test can stop and move. Timers
// set on it fire when it passes them: a webhook ladder of three days runs in
// milliseconds. It does not touch the machine's clock or the time of its callers.
package clock

import (
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"
)

// Clock runs with real time until it is stopped or moved. Make one with New.
type Clock struct {
	moving sync.Mutex // one Advance at a time

	mu      sync.Mutex
	ahead   time.Duration // of real time, while the clock runs
	stopped time.Time     // where it stands; zero while it runs
	timers  timerHeap
	set     uint64      // timers set so far; orders those due at the same moment
	alarm   *time.Timer // rings in real time when the first timer is due
	begun   []*begun
}

// begun is work that a timer may have set going, and how to wait for its end.
type begun struct{ wait func() }

// New returns a clock that runs with real time.
func New() *Clock { return &Clock{} }

// NewStopped returns a clock that stands at the given time until it is moved.
func NewStopped(at time.Time) *Clock { return &Clock{stopped: at} }

// Now returns the fake's present.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if !c.stopped.IsZero() {
		return c.stopped
	}
	return time.Now().Add(c.ahead)
}

// Timers returns how many timers wait. A test looks at it to know that a delay
// has begun, before it moves the clock.
func (c *Clock) Timers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.timers)
}

// Stop makes the clock stand still. Timers then fire only through Advance.
func (c *Clock) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = c.now()
	c.setAlarm()
}

// Start lets a stopped clock run again, from where it stands.
func (c *Clock) Start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = time.Until(c.now())
	c.stopped = time.Time{}
	c.setAlarm()
}

// Running reports whether the clock moves by itself.
func (c *Clock) Running() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped.IsZero()
}

// Advance moves the clock forward by d. Timers that become due fire one after
// another in this goroutine, each with Now at its own due time, including those
// that an earlier one sets, and what BeforeMoving names is waited for: when
// Advance returns, all of d has happened. What it waits for must not call it.
func (c *Clock) Advance(d time.Duration) {
	c.moving.Lock()
	defer c.moving.Unlock()
	target := c.Now().Add(d)
	for {
		c.finishBegun()
		t := c.step(target)
		if t == nil {
			return
		}
		t.fire()
	}
}

// BeforeMoving makes Advance call wait whenever it is about to move the clock, so
// that what goes on in other goroutines happens at the time that it belongs to,
// and the timers that it sets are due as they should be. The function returned
// ends that.
func (c *Clock) BeforeMoving(wait func()) (end func()) {
	b := &begun{wait}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun = append(c.begun, b)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.begun = slices.DeleteFunc(c.begun, func(other *begun) bool { return other == b })
	}
}

func (c *Clock) finishBegun() {
	c.mu.Lock()
	all := slices.Clone(c.begun)
	c.mu.Unlock()
	for _, b := range all {
		b.wait()
	}
}

// step takes the first timer due by target and moves the clock to its due time.
// Without one it moves the clock to target and returns nil.
func (c *Clock) step(target time.Time) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.setAlarm()
	if len(c.timers) == 0 || c.timers[0].due.After(target) {
		c.moveTo(target)
		return nil
	}
	t := heap.Pop(&c.timers).(*Timer)
	c.moveTo(t.due)
	return t
}

func (c *Clock) moveTo(target time.Time) {
	d := target.Sub(c.now())
	switch {
	case d <= 0: // the clock never goes back
	case c.stopped.IsZero():
		c.ahead += d
	default:
		c.stopped = target
	}
}

// Sleep waits until the clock has moved by d or ctx ends.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	due := make(chan struct{})
	t := c.AfterFunc(d, func() { close(due) })
	defer t.Stop()
	select {
	case <-due:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
