package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/samchon/payments-server/internal/payment"
)

const (
	// mostRecorded is how many outcomes one transaction writes down.
	mostRecorded = 128
	// company is how long outcomes wait for others that are under way, to be written
	// down with them: of a transaction each takes longer than its share of one.
	company = 3 * time.Millisecond
	// recordTimeout bounds the writing down, which goes on when the process drains: the
	// services have the webhooks already.
	recordTimeout = 10 * time.Second
)

// record writes down what becomes of the claims, many at a time, until the last.
func (c *Courier) record(cut context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for first := range c.done {
		all := c.gather(first, timer)
		c.recordAll(cut, concluded(all))
		c.underWay.Add(-int64(len(all)))
		nudge(c.room)
	}
}

// gather waits a moment for company, if there is any to come.
func (c *Courier) gather(first conclusion, timer *time.Timer) []conclusion {
	all := append(make([]conclusion, 0, mostRecorded), first)
	timer.Reset(company)
	for len(all) < mostRecorded && int64(len(all)) < c.underWay.Load() {
		select {
		case next, more := <-c.done:
			if !more {
				return all
			}
			all = append(all, next)
		case <-timer.C:
			return all
		}
	}
	return all
}

// concluded leaves out those that have stepped back.
func concluded(all []conclusion) []conclusion {
	kept := all[:0:len(all)]
	for _, end := range all {
		if end.State != "" {
			kept = append(kept, end)
		}
	}
	return kept
}

// recordAll waits for a database that is away, for what is not recorded is sent again.
// Otherwise one outcome that cannot be recorded is not to fail the others.
func (c *Courier) recordAll(cut context.Context, all []conclusion) {
	if len(all) == 0 {
		return
	}
	err := c.recordOnce(cut, all)
	for errors.Is(err, payment.ErrUnavailable) && cut.Err() == nil && time.Now().Before(all[0].Until) {
		pause(cut, troublePause)
		err = c.recordOnce(cut, all)
	}
	switch {
	case err == nil:
		c.tell(cut, all)
	case len(all) > 1 && !errors.Is(err, payment.ErrUnavailable):
		for i := range all {
			c.recordAll(cut, all[i:i+1])
		}
	default:
		c.log.WarnContext(cut, "what became of webhooks is not recorded, they are sent again", "webhook", all[0].Webhook,
			"and more", len(all)-1, "error", err)
	}
}

func (c *Courier) recordOnce(cut context.Context, all []conclusion) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(cut), recordTimeout)
	defer cancel()
	outcomes := make([]Outcome, len(all))
	for i, end := range all {
		outcomes[i] = end.Outcome
	}
	started, err := c.outbox.Record(ctx, outcomes)
	if started {
		c.Wake()
	}
	return err
}

// tell says what has been recorded.
func (c *Courier) tell(ctx context.Context, all []conclusion) {
	for _, end := range all {
		if end.Answer == nil {
			continue
		}
		c.observe(Attempt{State: end.State, Status: end.Answer.Status, Took: end.took})
		switch end.State {
		case Pending:
			c.log.InfoContext(ctx, "webhook is not taken", "webhook", end.Webhook, "attempts", end.attempts, "error", end.err)
		case Dead:
			c.log.WarnContext(ctx, "webhook is dead", "webhook", end.Webhook, "attempts", end.attempts, "error", end.err)
		}
	}
}
