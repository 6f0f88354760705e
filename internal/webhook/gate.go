package webhook

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

// What one host may take from the others.
const (
	hostShare    = 64               // deliveries at once
	hostFailures = 5                // in a row, and the host counts as away
	hostAway     = 30 * time.Second // until it is probed, by one delivery
	hostBusy     = time.Second      // until a delivery asks again for a place
	hostsKnown   = 10_000           // services name hosts, so they are bounded
)

// gate is a circuit breaker and a bulkhead for each host. It knows only what
// this process has seen.
type gate struct {
	mu    sync.Mutex
	hosts *lru.LRU[string, *host]
}

type host struct {
	underWay int
	failures int // in a row
	until    time.Time
}

func newGate() *gate {
	hosts, err := lru.NewLRU[string, *host](hostsKnown, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &gate{hosts: hosts}
}

// enter takes a place for a delivery and returns how to leave it, or returns how
// long to wait before asking again.
func (g *gate) enter(name string) (leave func(verdict), wait time.Duration) {
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
			return nil, wait
		}
		share = 1
	}
	if h.underWay >= share {
		return nil, hostBusy
	}
	h.underWay++
	return func(v verdict) { g.leave(h, v) }, 0
}

// verdict is what an attempt says about the host, not about the webhook.
type verdict int

const (
	noVerdict verdict = iota
	present
	away
)

func (g *gate) leave(h *host, v verdict) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h.underWay--
	switch v {
	case present:
		h.failures = 0
	case away:
		h.failures++
		h.until = time.Now().Add(hostAway)
	}
}
