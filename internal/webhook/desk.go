package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// errStillRunning is about a job that has seen the webhook settled and is about
// to end: it would swallow the start.
var errStillRunning = errors.New("an earlier job of it has yet to end, try again in a moment")

// River completes jobs by the batch, a few tens of milliseconds after their work.
const (
	endingPause = 50 * time.Millisecond
	endingTries = 40
)

// Desk is where people take up settled webhooks again.
type Desk struct {
	DB      Beginner
	Archive Archive
	Jobs    *river.Client[pgx.Tx] // one that only inserts will do
	// Progress, where set, is called after each that RedeliverDead took up.
	Progress func(count int)
}

// Redeliver sends a dead or delivered webhook again, under its own id and with a
// whole ladder. It reports whether there was one to send. Later webhooks of the
// payment wait for it as they waited the first time.
func (d *Desk) Redeliver(ctx context.Context, id uuid.UUID) (bool, error) {
	for try := 1; ; try++ {
		reopened, err := d.reopen(ctx, id)
		if err == nil {
			return reopened, nil
		}
		if !errors.Is(err, errStillRunning) || try == endingTries {
			return false, fmt.Errorf("redeliver webhook %s: %w", id, err)
		}
		select {
		case <-time.After(endingPause):
		case <-ctx.Done():
			return false, fmt.Errorf("redeliver webhook %s: %w", id, ctx.Err())
		}
	}
}

func (d *Desk) reopen(ctx context.Context, id uuid.UUID) (reopened bool, _ error) {
	err := pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) (err error) {
		if reopened, err = d.Archive.Reopen(ctx, tx, id); err != nil || !reopened {
			return err
		}
		inserted, err := d.Jobs.InsertTx(ctx, tx, Job{Webhook: id}, nil)
		if err == nil && inserted.UniqueSkippedAsDuplicate {
			return errStillRunning
		}
		return err
	})
	return reopened, err
}

// RedeliverDead redelivers the dead webhooks made in [since, until) and returns
// how many. It may be interrupted, and begun again.
func (d *Desk) RedeliverDead(ctx context.Context, since, until time.Time) (count int, _ error) {
	const page = 100
	for after := uuid.Nil; ; {
		ids, err := d.Archive.Died(ctx, since, until, after, page)
		if err != nil {
			return count, fmt.Errorf("find dead webhooks: %w", err)
		}
		for _, id := range ids {
			reopened, err := d.Redeliver(ctx, id)
			if err != nil {
				return count, err
			}
			after = id
			if !reopened {
				continue // another did it meanwhile
			}
			count++
			if d.Progress != nil {
				d.Progress(count)
			}
		}
		if len(ids) < page {
			return count, nil
		}
	}
}
