package clock

import (
	"container/heap"
	"time"
)

// Timer is a function that waits for its time. Make one with Clock.AfterFunc.
type Timer struct {
	clock *Clock
	due   time.Time
	order uint64
	index int // in the heap; -1 once it has fired or was stopped
	fire  func()
}

// AfterFunc calls f when the clock has moved by d: in the goroutine that calls
// Advance, or in one of its own when the clock got there by running.
func (c *Clock) AfterFunc(d time.Duration, f func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set++
	t := &Timer{clock: c, due: c.now().Add(max(d, 0)), order: c.set, fire: f}
	heap.Push(&c.timers, t)
	c.setAlarm()
	return t
}

// Stop prevents the timer from firing. It returns false when it has fired, or
// is firing, already.
func (t *Timer) Stop() bool {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&c.timers, t.index)
	c.setAlarm()
	return true
}

// setAlarm makes the machine's timer ring when the first of ours is due. With
// no timer set nothing is left behind, so a Clock needs no Close.
func (c *Clock) setAlarm() {
	if c.alarm != nil {
		c.alarm.Stop()
		c.alarm = nil
	}
	if len(c.timers) > 0 && c.stopped.IsZero() {
		c.alarm = time.AfterFunc(c.timers[0].due.Sub(c.now()), c.ring)
	}
}

// ring fires one timer. Others that are due have an alarm of their own set
// first, so a slow function does not hold them up.
func (c *Clock) ring() {
	if t := c.popDue(); t != nil {
		t.fire()
	}
}

func (c *Clock) popDue() *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.setAlarm()
	if !c.stopped.IsZero() || len(c.timers) == 0 || c.timers[0].due.After(c.now()) {
		return nil
	}
	return heap.Pop(&c.timers).(*Timer)
}

// timerHeap orders timers by due time, then by the order they were set in.
type timerHeap []*Timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].order < h[j].order
	}
	return h[i].due.Before(h[j].due)
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(x any) {
	t := x.(*Timer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.index = -1
	return t
}
