package webhook

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/tracing"
)

var errPanic = errors.New("the attempt has panicked")

func (c *Courier) attempt(ctx, cut context.Context, d Delivery, last time.Time) conclusion {
	to, err := target(d.URL)
	if err != nil {
		return c.conclude(d, result{err: err}, true)
	}
	overdue := time.Since(d.Queued) > patience
	leave, wait := c.gate.enter(ctx, strings.ToLower(to.Host))
	if leave == nil && ctx.Err() != nil {
		return putOff(d, 0)
	}
	if wait > 0 && !overdue {
		return putOff(d, spread(wait, rand.Float64()))
	}
	r, cutOff := result{unsent: true}, false
	if leave != nil {
		defer func() { leave(r.verdict(cut), r.took) }() // also after a panic, or a place is lost for ever
	}
	if time.Now().Round(0).After(last) {
		c.log.WarnContext(ctx, "a webhook is left to whoever claims it next: this process has stood still", "webhook", d.Webhook)
		return conclusion{}
	}
	if r, cutOff = c.send(cut, d, to); cutOff {
		return putOff(d, 0)
	}
	return c.conclude(d, r, overdue)
}

// operation is what a trace calls an attempt.
const operation = "deliver_webhook"

// send is what a trace shows. It reports whether it was our hang-up that ended it,
// which is no answer of the service.
func (c *Courier) send(cut context.Context, d Delivery, to *url.URL) (r result, cutOff bool) {
	span := trace.SpanFromContext(cut)
	if c.tracer != nil {
		cut, span = tracing.Root(tracing.Carry(cut, d.Trace), c.tracer, operation, trace.SpanKindConsumer)
	}
	defer func() { tracing.End(span, r.err != nil) }()
	body, err := d.Body()
	if err != nil {
		return result{err: err, unsent: true}, false
	}
	r = c.sender.post(cut, d.Webhook, to, body)
	return r, r.Status == 0 && cut.Err() != nil
}

// putOff leaves a webhook as it is: nobody was asked.
func putOff(d Delivery, pause time.Duration) conclusion {
	return conclusion{Outcome: Outcome{Claim: d.Claim, State: Pending, Pause: pause}}
}

// conclude says what an attempt makes of a webhook. A row that cannot be opened climbs
// the ladder, too: it is damaged, or its key is gone and may be back, but it must not
// hold up the others for ever.
func (c *Courier) conclude(d Delivery, r result, last bool) conclusion {
	attempts := d.Attempts + 1
	r.ID = payment.NewID()
	end := conclusion{
		Outcome:  Outcome{Claim: d.Claim, State: Pending, Answer: &r.Answer},
		attempts: attempts, took: r.took, err: r.err,
	}
	switch {
	case r.err == nil:
		end.State = Delivered
	case last, attempts > len(c.ladder), r.Status == http.StatusGone:
		end.State = Dead
	default:
		end.Pause = c.ladder.pauseAfter(attempts, rand.Float64(), r.retryAfter)
	}
	return end
}
