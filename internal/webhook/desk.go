package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Desk is where people take up settled webhooks again.
type Desk struct {
	Archive Archive
	// Progress, where set, is called after each that RedeliverDead took up.
	Progress func(count int)
}

// Redeliver sends a dead or delivered webhook again, under its own id and with a
// whole ladder. It reports whether there was one to send. Later webhooks of the
// payment wait for it as they waited the first time.
func (d *Desk) Redeliver(ctx context.Context, id uuid.UUID) (bool, error) {
	reopened, err := d.Archive.Reopen(ctx, id)
	if err != nil {
		return false, fmt.Errorf("redeliver webhook %s: %w", id, err)
	}
	return reopened, nil
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
