// Package together does things that are asked for at about the same time as one:
// a hundred commits become a few, a hundred look-ups one statement. Nobody waits
// for company. A first caller goes alone and at once; those who come while it is
// under way go together when it is back, led by one of them. It keeps no
// goroutine, no timer and no answer.
package together

import (
	"context"
	"errors"
	"sync"
)

// errLost is told to those whose trip ended in a panic of its leader.
var errLost = errors.New("whoever asked for several at once has failed")

// Trips answers callers together. Set Most and Do before use.
type Trips[In, Out any] struct {
	Most int // callers on a trip
	// Lanes is how many trips may be under way at a time; 0: one. Where there are
	// several, one that hangs does not hold up everybody.
	Lanes int
	// Do answers in the order of the questions. Its context is a caller's, without
	// its end: the others still want their answers. Where it fails, it is asked again
	// for each caller alone: one that cannot be done is not to fail the others.
	Do func(ctx context.Context, in []In) ([]Out, error)

	mu       sync.Mutex
	underway int
	waiting  []*caller[In, Out] // none while a lane is free
}

// caller is who asks, and later who leads a trip or is told its answer by a leader.
type caller[In, Out any] struct {
	in       In
	out      Out
	err      error
	lead     chan []*caller[In, Out]
	answered chan struct{}
}

// Call answers one, on a trip that begins after it was called.
func (t *Trips[In, Out]) Call(ctx context.Context, in In) (Out, error) {
	me := &caller[In, Out]{in: in}
	trip := t.join(me)
	if trip == nil {
		select {
		case <-me.answered:
			return me.out, me.err
		case trip = <-me.lead:
		}
	}
	defer t.end(trip, me) // also after a panic, or all who come later would wait for ever
	t.answer(context.WithoutCancel(ctx), trip)
	return me.out, me.err
}

// end frees the lane, and tells the others of a trip that they have their answers.
func (t *Trips[In, Out]) end(trip []*caller[In, Out], leader *caller[In, Out]) {
	t.passOn()
	for _, other := range trip {
		if other != leader {
			close(other.answered)
		}
	}
}

// join returns the trip to lead, or nil if me has to wait.
func (t *Trips[In, Out]) join(me *caller[In, Out]) []*caller[In, Out] {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.underway < max(1, t.Lanes) {
		t.underway++
		return []*caller[In, Out]{me}
	}
	me.lead, me.answered = make(chan []*caller[In, Out], 1), make(chan struct{})
	t.waiting = append(t.waiting, me)
	return nil
}

// passOn lets those go who wait; the first of them leads.
func (t *Trips[In, Out]) passOn() {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), t.Most)
	if n == 0 {
		t.waiting = nil
		t.underway--
		return
	}
	trip := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	trip[0].lead <- trip
}

// answer asks for all at once, or for one after the other where that fails.
func (t *Trips[In, Out]) answer(ctx context.Context, trip []*caller[In, Out]) {
	in := make([]In, len(trip))
	for i, c := range trip {
		in[i], c.err = c.in, errLost
	}
	out, err := t.Do(ctx, in)
	for i, c := range trip {
		switch {
		case err == nil:
			c.out, c.err = out[i], nil
		case len(trip) == 1:
			c.err = err
		default:
			t.answer(ctx, trip[i:i+1])
		}
	}
}
