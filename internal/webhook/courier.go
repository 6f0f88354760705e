package webhook

import (
	"context"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/samchon/payments-server/api/webhooksig"
)

const (
	// lease is how long a claimed webhook is nobody else's. It covers an attempt, what
	// may come before and after it in a busy process, and some.
	lease = time.Minute
	// window is how many webhooks a courier has at a time: eight slow hosts can take
	// their shares before others wait for them, and it still goes for more.
	window = 8*hostShare + armful
	// armful is how many it claims at once. It goes for more when it has room for all of
	// them, while the ones before are under way.
	armful = 128
	// cooldown is between two claims of which the first left nothing over.
	cooldown = 5 * time.Millisecond
	// pollEvery finds what is due again, and what nobody was told of.
	pollEvery = 500 * time.Millisecond
	// troublePause is until the database is asked again after it has failed.
	troublePause = time.Second
)

// Options of a Courier.
type Options struct {
	Outbox  Outbox
	Secrets *webhooksig.Secrets
	// Allowed are networks to call although they are not public: the cluster's
	// own, or loopback in local mode.
	Allowed []netip.Prefix
	Log     *slog.Logger
	Tracer  trace.TracerProvider
	Observe func(Attempt) // for the metrics; may be nil
}

// Attempt is one attempt as the metrics see it.
type Attempt struct {
	State  State // of the webhook, from now on
	Status int   // 0 if no answer came
	Took   time.Duration
}

// Courier delivers the webhooks that it claims.
type Courier struct {
	outbox  Outbox
	log     *slog.Logger
	tracer  trace.TracerProvider
	observe func(Attempt)
	ladder  ladder
	gate    *gate
	sender  *sender
	poll    time.Duration
	lease   time.Duration

	wake     chan struct{}   // something may be due; holds one
	room     chan struct{}   // something was recorded; holds one
	done     chan conclusion // what became of those that were claimed
	underWay atomic.Int64    // claimed and not recorded
}

// NewCourier returns a Courier to Run.
func NewCourier(o Options) *Courier {
	if o.Observe == nil {
		o.Observe = func(Attempt) {}
	}
	return &Courier{
		outbox: o.Outbox, log: o.Log, tracer: o.Tracer, observe: o.Observe,
		ladder: threeDays, gate: newGate(), sender: newSender(o.Secrets, o.Allowed), poll: pollEvery, lease: lease,
		wake: make(chan struct{}, 1), room: make(chan struct{}, 1), done: make(chan conclusion, window),
	}
}

// Run delivers until ctx ends. Then it claims no more, gives back what it has not
// begun to send, and waits for what is under way; when cut ends, it gives that back,
// too. It returns when all of it is recorded.
func (c *Courier) Run(ctx, cut context.Context) {
	defer c.sender.client.CloseIdleConnections()
	var around, recorder sync.WaitGroup
	around.Go(func() { c.listen(ctx) })
	recorder.Go(func() { c.record(cut) })
	c.claim(ctx, cut, &around)
	around.Wait()
	close(c.done)
	recorder.Wait()
}

// Wake has it look at once for what is due.
func (c *Courier) Wake() { nudge(c.wake) }

func nudge(sleeper chan struct{}) {
	select {
	case sleeper <- struct{}{}:
	default: // it knows
	}
}

// listen wakes it when a webhook is committed. While there is nobody to listen to,
// polling has to do.
func (c *Courier) listen(ctx context.Context) {
	for {
		err := c.outbox.Listen(ctx, c.Wake)
		if ctx.Err() != nil {
			return
		}
		c.log.WarnContext(ctx, "webhooks are found by polling only, as nobody tells of them", "error", err)
		pause(ctx, troublePause)
	}
}

// claim starts deliveries until ctx ends.
func (c *Courier) claim(ctx, cut context.Context, deliveries *sync.WaitGroup) {
	look := time.NewTimer(0)
	defer look.Stop()
	for {
		select {
		case <-c.wake:
		case <-look.C:
		case <-ctx.Done():
			return
		}
		claimed := armful
		for claimed == armful && c.awaitRoom(ctx) {
			claimed = c.claimSome(ctx, cut, deliveries)
		}
		look.Reset(c.poll)
		pause(ctx, cooldown)
	}
}

// awaitRoom reports false when ctx has ended.
func (c *Courier) awaitRoom(ctx context.Context) bool {
	for c.underWay.Load() > window-armful {
		select {
		case <-c.room:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// claimSome returns how many it has started.
func (c *Courier) claimSome(ctx, cut context.Context, deliveries *sync.WaitGroup) int {
	// Not ctx: rows claimed for somebody who does not wait for them are nobody's until
	// the lease ends.
	// By our clock, for the database's may differ; and by the one on the wall, which goes on while a machine is suspended.
	last := time.Now().Round(0).Add(c.lease - c.sender.timeout)
	claimed, err := c.outbox.Claim(context.WithoutCancel(ctx), armful, c.lease)
	if err != nil {
		c.log.WarnContext(ctx, "webhooks cannot be claimed", "error", err)
		pause(ctx, troublePause)
		return 0
	}
	c.underWay.Add(int64(len(claimed)))
	for _, d := range claimed {
		deliveries.Go(func() { c.done <- c.deliver(ctx, cut, d, last) })
	}
	return len(claimed)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// conclusion is an outcome to be recorded.
type conclusion struct {
	Outcome
	took     time.Duration
	attempts int   // with this one
	err      error // why it was not taken
}

// deliver makes one attempt, if it is the webhook's turn, and the host's. After last it makes none, for that could end
// after the lease.
func (c *Courier) deliver(ctx, cut context.Context, d Delivery, last time.Time) (end conclusion) {
	defer func() {
		if thrown := recover(); thrown != nil { // its value might hold anything
			c.log.ErrorContext(ctx, "delivering a webhook has panicked", "webhook", d.Webhook, "stack", string(debug.Stack()))
			end = c.conclude(d, result{err: errPanic}, false)
		}
	}()
	if ctx.Err() != nil {
		return putOff(d, 0)
	}
	if d.Behind {
		switch behind, err := c.outbox.StepBack(cut, d.Claim); {
		case err != nil:
			c.log.WarnContext(ctx, "a webhook cannot wait for those before it", "webhook", d.Webhook, "error", err)
			return putOff(d, troublePause)
		case behind:
			return conclusion{} // it is no longer ours
		}
	}
	return c.attempt(ctx, cut, d, last)
}
