package webhook

import (
	"context"
	"sync"
)

// together does things that are asked for at about the same time as one. A first
// caller goes alone and at once; those who come while it is under way go together
// when it is back, led by one of them. So nobody waits for company, and a hundred
// commits become a few.
type together[In, Out any] struct {
	most int // at a time
	// do answers in the order of the questions.
	do func(ctx context.Context, in []In) ([]Out, error)

	mu      sync.Mutex
	busy    bool
	waiting []*asked[In, Out]
}

// asked is what one caller asks for. Its channels are closed by a leader: lead to
// pass the lead on, answered when out and err are there.
type asked[In, Out any] struct {
	in             In
	out            Out
	err            error
	lead, answered chan struct{}
}

func (t *together[In, Out]) call(ctx context.Context, in In) (Out, error) {
	me := &asked[In, Out]{in: in, lead: make(chan struct{}), answered: make(chan struct{})}
	if !t.join(me) {
		select {
		case <-me.answered:
			return me.out, me.err
		case <-me.lead:
		}
	}
	all := t.depart()
	t.answer(ctx, all)
	t.passOn()
	for _, other := range all {
		close(other.answered)
	}
	return me.out, me.err
}

// join reports whether there is nobody to wait for.
func (t *together[In, Out]) join(me *asked[In, Out]) (leads bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = append(t.waiting, me)
	leads = !t.busy
	t.busy = true
	return leads
}

// depart takes along who waits; the leader is the first of them.
func (t *together[In, Out]) depart() []*asked[In, Out] {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), t.most)
	all := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	return all
}

func (t *together[In, Out]) passOn() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		t.waiting, t.busy = nil, false
		return
	}
	close(t.waiting[0].lead)
}

// answer asks for all at once. If that fails, each goes alone: one that cannot be
// done is not to fail the others. The leader's own end is not theirs either.
func (t *together[In, Out]) answer(ctx context.Context, all []*asked[In, Out]) {
	ctx = context.WithoutCancel(ctx)
	in := make([]In, len(all))
	for i, a := range all {
		in[i] = a.in
	}
	out, err := t.do(ctx, in)
	for i, a := range all {
		switch {
		case err == nil:
			a.out = out[i]
		case len(all) == 1:
			a.err = err
		default:
			t.answer(ctx, all[i:i+1])
		}
	}
}
