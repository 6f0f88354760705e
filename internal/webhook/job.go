package webhook

import (
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Queue is apart from the default one: services that answer slowly must not
// hold up the jobs that move money.
const Queue = "webhooks"

// NotifyCooldown is to be the FetchCooldown of every River client that inserts a
// Job. River has a client notify of a queue at most once in that time, and what
// is inserted in between waits for a poll: with River's 100 ms, a steady flow of
// webhooks took 41 ms at the median to their services, with this one 1 ms.
const NotifyCooldown = river.FetchCooldownMin

// QueueConfig is how a River client is to work the Queue.
func QueueConfig() river.QueueConfig {
	return river.QueueConfig{
		MaxWorkers:        256,
		FetchCooldown:     5 * time.Millisecond,
		FetchPollInterval: 250 * time.Millisecond,
	}
}

// Job delivers one webhook. It carries the id only: what is to be sent is read,
// and deciphered, when it is sent.
type Job struct {
	Webhook uuid.UUID `json:"webhook"`

	asked time.Duration // pause the service asked for; Work leaves it to NextRetry
}

// Kind names the job in the database.
func (Job) Kind() string { return "deliver_webhook" }

// InsertOpts lets a webhook have one living job. The worker gives up by itself,
// after its ladder; River must not do so before, for that would leave the
// webhook pending for ever.
func (Job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue:       Queue,
		MaxAttempts: 1000,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}},
	}
}
