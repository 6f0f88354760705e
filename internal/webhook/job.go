package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Queue is River's, of the jobs.
const Queue = "webhooks"

const (
	// jobAfter leaves a webhook to the couriers, who have most delivered by then and the
	// job deleted.
	jobAfter = time.Minute
	// jobPause is for a webhook that is the couriers' and not settled yet.
	jobPause = 5 * time.Minute
)

// QueueConfig is how a River client is to work the Queue.
func QueueConfig() river.QueueConfig { return river.QueueConfig{MaxWorkers: 16} }

// Job stands in for the couriers: workers of the release before know none, and each
// webhook has to find somebody when an update is undone. Here it only sees to it that
// a pending webhook is a courier's.
//
// The release after the next, to which nobody can return from one without couriers,
// may insert none. The one after that may drop it.
type Job struct {
	Webhook uuid.UUID `json:"webhook"`
}

// Kind names the job in the database.
func (Job) Kind() string { return "deliver_webhook" }

// InsertOpts lets a webhook have one living job.
func (Job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue:       Queue,
		MaxAttempts: 1000, // it lasts as long as its webhook
		ScheduledAt: time.Now().Add(jobAfter),
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}},
	}
}

// Adopter works the Queue.
type Adopter struct {
	river.WorkerDefaults[Job]
	Outbox Outbox
}

// Work brings a webhook to the couriers, and looks again as long as it is pending.
func (a *Adopter) Work(ctx context.Context, job *river.Job[Job]) error {
	state, err := a.Outbox.Adopt(ctx, Adoption{
		Webhook: job.Args.Webhook, Job: job.ID, Queued: job.CreatedAt, Attempts: job.Attempt - 1,
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return river.JobCancel(err)
	case err != nil:
		return fmt.Errorf("adopt webhook %s: %w", job.Args.Webhook, err)
	case state == Pending:
		return river.JobSnooze(jobPause)
	}
	return nil
}

// NextRetry is after an outage.
func (a *Adopter) NextRetry(*river.Job[Job]) time.Time { return time.Now().Add(jobAfter) }
