package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Queue is River's, of the jobs.
const Queue = "webhooks"

// retryAdoption is after an outage.
const retryAdoption = time.Minute

// QueueConfig is how a River client is to work the Queue.
func QueueConfig() river.QueueConfig { return river.QueueConfig{MaxWorkers: 16} }

// Job is what releases before schema 8 have made for each webhook, because those before schema 5 delivered by them. We
// make none; those that are found are worked off.
//
// Once no build of schema 5 to 7 can be returned to, all of this file may go but the name of the Queue, which metrics have.
type Job struct {
	Webhook uuid.UUID `json:"webhook"`
}

// Kind names the job in the database.
func (Job) Kind() string { return "deliver_webhook" }

// Adopter works the Queue.
type Adopter struct {
	river.WorkerDefaults[Job]
	Outbox Outbox
}

// Work brings a webhook to the couriers, should it be due at no time.
func (a *Adopter) Work(ctx context.Context, job *river.Job[Job]) error {
	if err := a.Outbox.Adopt(ctx, job.Args.Webhook); err != nil {
		return fmt.Errorf("adopt webhook %s: %w", job.Args.Webhook, err)
	}
	return nil
}

// NextRetry implements river.Worker.
func (a *Adopter) NextRetry(*river.Job[Job]) time.Time { return time.Now().Add(retryAdoption) }
