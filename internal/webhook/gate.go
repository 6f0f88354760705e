package webhook

import (
	"context"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

// What one host may take from the others.
const (
	hostShare    = 64                   // deliveries at once
	hostFailures = 5                    // in a row, and the host counts as away
	hostAway     = 30 * time.Second     // until it is probed, by one delivery
	hostBusy     = time.Second          // until a delivery asks again for a place
	hostPatience = time.Second / 4      // that a delivery may wait here for one
	hostStep     = 5 * time.Millisecond // between two that a host turned away which is away, when they are many
	hostLongest  = 5 * time.Minute      // that one is turned away for, however many there are
	hostsKnown   = 10_000               // services name hosts, so they are bounded
)

// gate is a circuit breaker and a bulkhead for each host. It knows only what
// this process has seen.
type gate struct {
	mu    sync.Mutex
	hosts *lru.LRU[string, *host]
}

type host struct {
	underWay int
	waiting  []chan struct{} // for a place; closed when it is given
	took     time.Duration   // by a delivery, as a moving average
	failures int             // in a row
	until    time.Time
	line     time.Time // when the last one that was turned away has its turn
}

// turnAway returns how long a delivery has to stay away: so long that those who are turned away come back one after the
// other. Each time costs the database two writes, and there may be a hundred thousand of them behind one host. They come
// back twice as fast as a busy host has places for them.
func (h *host) turnAway(atLeast time.Duration) time.Duration {
	step, now := h.took/(2*hostShare), time.Now()
	if h.failures >= hostFailures {
		step = hostStep
	}
	ahead := min(max(h.line.Sub(now), 0)+step, hostLongest)
	h.line = now.Add(ahead)
	return max(atLeast, ahead)
}

// patient reports whether another delivery will soon have a place. Behind a host
// that answers at once a burst waits here for milliseconds; behind a slow one hardly
// anybody does, for who waits holds a place of this process's.
func (h *host) patient() bool {
	expected := h.took * time.Duration(len(h.waiting)+1) / hostShare
	return h.failures < hostFailures && h.took > 0 && expected <= hostPatience
}

func newGate() *gate {
	hosts, err := lru.NewLRU[string, *host](hostsKnown, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &gate{hosts: hosts}
}

// enter takes a place for a delivery, waiting a moment if need be, and returns how
// to leave it, or returns how long to stay away before asking again.
func (g *gate) enter(ctx context.Context, name string) (leave func(verdict, time.Duration), wait time.Duration) {
	h, place, wait := g.ask(name)
	if place != nil {
		wait = g.await(ctx, h, place)
	}
	if wait > 0 {
		return nil, wait
	}
	return func(v verdict, took time.Duration) { g.leave(h, v, took) }, 0
}

// ask takes a place, or a place in the line, or returns how long to stay away.
func (g *gate) ask(name string) (h *host, place chan struct{}, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h, ok := g.hosts.Get(name)
	if !ok {
		h = &host{}
		g.hosts.Add(name, h)
	}
	share := hostShare
	if h.failures >= hostFailures {
		if wait := time.Until(h.until); wait > 0 {
			return h, nil, h.turnAway(wait)
		}
		share = 1
	}
	switch {
	case h.underWay < share:
		h.underWay++
		return h, nil, 0
	case h.patient():
		place = make(chan struct{})
		h.waiting = append(h.waiting, place)
		return h, place, 0
	}
	return h, nil, h.turnAway(hostBusy)
}

// await waits in the line for hostPatience.
func (g *gate) await(ctx context.Context, h *host, place chan struct{}) (wait time.Duration) {
	timer := time.NewTimer(hostPatience)
	defer timer.Stop()
	select {
	case <-place:
		return 0
	case <-ctx.Done():
	case <-timer.C:
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	at := slices.Index(h.waiting, place)
	if at < 0 { // it was given meanwhile
		return 0
	}
	h.waiting = slices.Delete(h.waiting, at, at+1)
	return h.turnAway(hostBusy)
}

// verdict is what an attempt says about the host, not about the webhook.
type verdict int

const (
	noVerdict verdict = iota
	present
	away
)

// leave gives the place to the next in the line. A host that has just gone away gets
// nobody more: who waits learns that when asking again.
func (g *gate) leave(h *host, v verdict, took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch v {
	case present:
		if h.failures >= hostFailures {
			h.line = time.Time{}
		}
		h.failures = 0
	case away:
		h.failures++
		h.until = time.Now().Add(hostAway)
	}
	h.took += (took - h.took) / 8
	if len(h.waiting) == 0 || h.failures >= hostFailures {
		h.underWay--
		return
	}
	close(h.waiting[0])
	h.waiting = h.waiting[1:]
}
