// Package courier sends a fake's webhooks: in order per payment, again up a
// ladder of waits when nobody took them, and duplicated, late, reordered or not
// at all when a fault plan says so. Each attempt is logged. The log lives in
// memory and forgets: a courier promises what the vendor promises, no more.
package courier

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/feed"
	"github.com/samchon/payments-server/fakes/internal/volatile"
)

const (
	maxQueued      = 10_000 // beyond it new messages are lost: memory stays flat when nobody listens
	maxConcurrent  = 32
	attemptTimeout = 10 * time.Second // Toss gives a receiver 10 s; Iamport about as long
	maxAnswerBytes = 64 << 10
)

// Options of New. Clock, Faults and Keep are required.
type Options struct {
	Clock  *clock.Clock
	Faults *fault.Plans
	Keep   int    // deliveries to remember
	URL    string // where messages without a URL go; empty: nowhere
	// Ladder holds the waits before the second attempt, the third and so on.
	Ladder []time.Duration
	// Retry says whether an answer deserves another attempt; status is 0 when
	// there was none. When nil, everything outside 2xx does.
	Retry func(status int) bool
	// Stamp, if set, adds the headers that differ from attempt to attempt,
	// counted from 1.
	Stamp func(h http.Header, id int64, attempt int)
}

// Courier is made by New and ended by Close.
type Courier struct {
	options Options
	client  *http.Client
	slots   chan struct{} // one per attempt that may run at a time
	changes feed.Feed
	ctx     context.Context
	cancel  context.CancelFunc
	detach  func() // from the clock, which waits for attempts under way before it moves
	running sync.WaitGroup

	mu     sync.Mutex
	closed bool
	url    string
	ladder []time.Duration
	sent   int64
	log    *volatile.Store[int64, *parcel]
	lanes  map[string][]*parcel // per payment, behind the one being sent; present while its goroutine runs
	held   map[string][]*parcel // per payment, by ReorderWebhook
	busy   int                  // parcels queued or being sent
	idle   chan struct{}        // closed when busy is 0 again; nil when nobody waits
}

// New returns a courier that has nothing to do yet.
func New(o Options) *Courier {
	if o.Retry == nil {
		o.Retry = func(status int) bool { return status < 200 || status > 299 }
	}
	c := &Courier{
		options: o,
		url:     o.URL,
		ladder:  o.Ladder,
		client:  newClient(),
		slots:   make(chan struct{}, maxConcurrent),
		lanes:   make(map[string][]*parcel),
		held:    make(map[string][]*parcel),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.log = volatile.NewWithEvict(volatile.Limits{Count: o.Keep}, o.Clock.Now, c.forget)
	c.detach = o.Clock.BeforeMoving(func() { _ = c.Wait(c.ctx) }) // fails when the courier is closed, and then at rest
	return c
}

// forget takes along what would keep a parcel that leaves the log alive.
func (c *Courier) forget(_ int64, p *parcel) {
	p.stopTimer()
	if p.state == Held {
		delete(c.held, p.message.Payment)
	}
}

// URL returns where messages without one of their own go.
func (c *Courier) URL() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.url
}

// SetURL directs the messages from now on.
func (c *Courier) SetURL(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.url = url
}

// SetLadder replaces Options.Ladder, for the attempts from now on. It refuses
// waits below zero.
func (c *Courier) SetLadder(ladder []time.Duration) error {
	if slices.ContainsFunc(ladder, func(wait time.Duration) bool { return wait < 0 }) {
		return errors.New("a webhook cannot wait for less than nothing before it is sent again")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ladder = ladder
	return nil
}

// Send takes a message and returns at once.
func (c *Courier) Send(m Message) {
	defer c.changes.Publish()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	if m.URL == "" {
		m.URL = c.url
	}
	c.sent++
	p := &parcel{id: c.sent, message: m, effects: c.options.Faults.StrikeWebhook(m.Cause)}
	c.log.Put(p.id, p)
	c.dispatch(p)
}

// dispatch does with a new parcel what its faults leave to do.
func (c *Courier) dispatch(p *parcel) {
	payment := p.message.Payment
	late, isLate := p.effects.Find(fault.LateWebhook)
	switch {
	case p.effects.Has(fault.LoseWebhook):
		p.state = Lost
	case isLate:
		c.wait(p, time.Duration(late.Delay))
	case p.effects.Has(fault.ReorderWebhook):
		p.state = Held
		c.held[payment] = append(c.held[payment], p)
	default:
		c.enqueueCopies(p)
		c.release(payment)
	}
}

// release lets the payment's held messages go behind the one just queued.
func (c *Courier) release(payment string) {
	for _, p := range c.held[payment] {
		c.enqueueCopies(p)
	}
	delete(c.held, payment)
}

func (c *Courier) enqueueCopies(p *parcel) {
	for range p.copies() {
		c.enqueue(p)
	}
}

// Resend sends a logged message once more and reports whether it is still known.
func (c *Courier) Resend(id int64) bool {
	defer c.changes.Publish()
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.log.Get(id)
	if !ok || c.closed {
		return false
	}
	p.stopTimer()
	c.enqueue(p)
	return true
}

// Log returns the deliveries that are kept, oldest first.
func (c *Courier) Log() []Delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Delivery, 0, c.log.Len())
	for _, p := range c.log.All() {
		all = append(all, p.snapshot())
	}
	return all
}

// Changed returns a channel that is closed by the next change of the log.
func (c *Courier) Changed() <-chan struct{} { return c.changes.Changed() }

// Wait returns when no message is queued or being sent. Those that wait for
// their time on the clock do not count.
func (c *Courier) Wait(ctx context.Context) error {
	c.mu.Lock()
	if c.busy == 0 {
		c.mu.Unlock()
		return nil
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Clear forgets all messages, also those not sent yet.
func (c *Courier) Clear() {
	defer c.changes.Publish()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
}

func (c *Courier) clear() {
	for payment, queue := range c.lanes {
		c.done(len(queue))
		c.lanes[payment] = nil
	}
	clear(c.held)
	c.log.Clear()
}

// Close drops what is not sent yet, ends the attempts under way and waits for
// them. It may be called twice.
func (c *Courier) Close() {
	c.mu.Lock()
	c.closed = true
	c.clear()
	c.mu.Unlock()
	c.cancel()
	c.detach()
	c.running.Wait()
	c.client.CloseIdleConnections()
}
