// Package together does things that are asked for at about the same time as one:
// a hundred commits become a few, a hundred look-ups one statement. Nobody waits
// for company. A first caller goes at once, with those who are asking at that very
// moment; those who come while it is under way go together when it is back, led by
// one of them. It keeps no goroutine and no answer.
package together

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"
)

// quickest is how soon a caller looks again whether the trips under way are slow.
const quickest = time.Millisecond

// errLost is told to those whose trip ended in a panic of its leader.
var errLost = errors.New("whoever asked for several at once has failed")

// Trips answers callers together. Set Most and Do before use.
type Trips[In, Out any] struct {
	Most int // callers on a trip
	// Lanes is how many trips may be under way at a time; 0: one. Where there are
	// several, one that hangs does not hold up everybody: another lane opens when all
	// trips under way have been so for Slow. Before that, callers gain more from going
	// together.
	Lanes int
	Slow  time.Duration
	// Do answers in the order of the questions. Its context is a caller's, without
	// its end: the others still want their answers. Where it fails, it is asked again
	// for each caller alone: one that cannot be done is not to fail the others.
	Do func(ctx context.Context, in []In) ([]Out, error)

	mu      sync.Mutex
	away    []*trip[In, Out]
	waiting []*caller[In, Out]
}

// caller is who asks, and later who leads a trip or is told its answer by a leader.
type caller[In, Out any] struct {
	in       In
	out      Out
	err      error
	lead     chan *trip[In, Out]
	answered chan struct{}
}

// trip is under way from the moment it has a leader, who is the first of its callers.
type trip[In, Out any] struct {
	since   time.Time
	callers []*caller[In, Out]
}

// Call answers one, on a trip that begins after it was called.
func (t *Trips[In, Out]) Call(ctx context.Context, in In) (Out, error) {
	me := &caller[In, Out]{in: in}
	mine := t.join(me)
	if mine != nil {
		runtime.Gosched() // whoever can run already, and is about to ask, comes along
	} else if mine = t.await(me); mine == nil {
		return me.out, me.err
	}
	defer t.end(mine, me) // also after a panic, or all who come later would wait for ever
	t.depart(mine)
	t.answer(context.WithoutCancel(ctx), mine.callers)
	return me.out, me.err
}

// join returns the trip to lead, or nil if me has to wait.
func (t *Trips[In, Out]) join(me *caller[In, Out]) *trip[In, Out] {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.free() {
		return t.led(me)
	}
	me.lead, me.answered = make(chan *trip[In, Out], 1), make(chan struct{})
	t.waiting = append(t.waiting, me)
	return nil
}

// await returns the trip to lead, or nil once me is answered.
func (t *Trips[In, Out]) await(me *caller[In, Out]) *trip[In, Out] {
	pause := max(t.Slow, quickest)
	slow := time.NewTimer(pause)
	defer slow.Stop()
	for {
		select {
		case <-me.answered:
			return nil
		case mine := <-me.lead:
			return mine
		case <-slow.C:
			if t.Lanes > 1 {
				t.overtake()
				slow.Reset(pause) // the trip may have begun only after the last look
			}
		}
	}
}

// overtake lets those go past a slow trip who wait.
func (t *Trips[In, Out]) overtake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.passOn()
}

// free reports whether another trip may begin. It needs the lock, as led and passOn do.
func (t *Trips[In, Out]) free() bool {
	if len(t.away) == 0 {
		return true
	}
	return len(t.away) < t.Lanes &&
		!slices.ContainsFunc(t.away, func(other *trip[In, Out]) bool { return time.Since(other.since) < t.Slow })
}

// led begins a trip.
func (t *Trips[In, Out]) led(by *caller[In, Out]) *trip[In, Out] {
	mine := &trip[In, Out]{since: time.Now(), callers: []*caller[In, Out]{by}}
	t.away = append(t.away, mine)
	return mine
}

// depart takes those along who wait.
func (t *Trips[In, Out]) depart(mine *trip[In, Out]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), t.Most-1)
	mine.callers = append(mine.callers, t.waiting[:n]...)
	t.waiting = t.waiting[n:]
}

// end frees the lane, and tells the others of a trip that they have their answers.
func (t *Trips[In, Out]) end(mine *trip[In, Out], leader *caller[In, Out]) {
	t.mu.Lock()
	t.away = slices.DeleteFunc(t.away, func(other *trip[In, Out]) bool { return other == mine })
	t.passOn()
	t.mu.Unlock()
	for _, other := range mine.callers {
		if other != leader {
			close(other.answered)
		}
	}
}

// passOn lets those go who wait, if they may; the first of them leads.
func (t *Trips[In, Out]) passOn() {
	if len(t.waiting) == 0 || !t.free() {
		return
	}
	next := t.waiting[0]
	t.waiting = t.waiting[1:]
	next.lead <- t.led(next)
}

// answer asks for all at once, or for one after the other where that fails.
func (t *Trips[In, Out]) answer(ctx context.Context, callers []*caller[In, Out]) {
	in := make([]In, len(callers))
	for i, c := range callers {
		in[i], c.err = c.in, errLost
	}
	out, err := t.Do(ctx, in)
	for i, c := range callers {
		switch {
		case err == nil:
			c.out, c.err = out[i], nil
		case len(callers) == 1:
			c.err = err
		default:
			t.answer(ctx, callers[i:i+1])
		}
	}
}
