package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

var (
	// ErrNotFound is about a webhook that is no more.
	ErrNotFound = errors.New("webhook not found")
	// ErrJobRunning is about a job that may have seen the webhook settled and be about
	// to end: it cannot be the one that delivers it.
	ErrJobRunning = errors.New("an earlier job of it has yet to end, try again in a moment")
)

// State is how far a webhook has come.
type State string

// The states of a webhook.
const (
	Pending   State = "pending"
	Delivered State = "delivered"
	Dead      State = "dead"
)

// Claim is the right to deliver a webhook.
type Claim struct {
	Webhook uuid.UUID
	Payment uuid.UUID
	Job     int64     // River's, of the same webhook; 0: none
	Until   time.Time // the end of the lease, which also tells this claim from a later one
}

// Delivery is a claimed webhook as the one who sends it needs it.
type Delivery struct {
	Claim
	URL      string
	Queued   time.Time
	Attempts int    // since then, before this one
	Trace    string // see tracing.Carry
	// Behind says that an earlier webhook of the same payment was pending.
	Behind bool
	// Body returns what goes out: sealed. It fails where the row cannot be opened.
	Body func() ([]byte, error)
}

// Outcome is what became of a claim.
type Outcome struct {
	Claim
	State  State
	Answer *Answer       // nil: nobody was asked, which is no attempt
	Pause  time.Duration // of a Pending one, until it is due again
}

// Answer is what a service said to one attempt.
type Answer struct {
	// ID is of its row. It is drawn with the attempt: when nobody knows whether a transaction was committed, it is done
	// again, and the answer kept once.
	ID     uuid.UUID
	Status int    // 0 if none came
	Body   string // its beginning; valid UTF-8 without NUL
}

// Outbox is the webhooks in the database. doc.go says what holds them together.
type Outbox interface {
	// Claim takes up to so many webhooks that are due, the longest due first. They are
	// due again when the lease ends.
	Claim(ctx context.Context, most int, lease time.Duration) ([]Delivery, error)
	// StepBack has a webhook wait while an earlier one of its payment is pending, and
	// reports whether one is. Until it has committed, that one is not settled.
	StepBack(ctx context.Context, c Claim) (behind bool, err error)
	// Record adds the answers, and moves the webhooks to their states: settled ones even
	// if their lease has ended meanwhile, others only if it has not. It deletes the jobs
	// of those that are settled, has the next of their payments due, and reports whether
	// there were any. All of it or nothing.
	Record(ctx context.Context, outcomes []Outcome) (started bool, err error)
	// Adopt has a pending webhook due that is no courier's, with the job that would
	// otherwise deliver it, and returns the state, or fails with ErrNotFound.
	Adopt(ctx context.Context, a Adoption) (State, error)
	// Listen calls heard once it listens, and then after each commit that made webhooks
	// due, until ctx ends or the connection is lost.
	Listen(ctx context.Context, heard func()) error
}

// Adoption is of a webhook that River would deliver.
type Adoption struct {
	Webhook  uuid.UUID
	Job      int64
	Queued   time.Time
	Attempts int // that the job has made
}

// Archive is where settled webhooks are found and taken up again.
type Archive interface {
	// Died returns up to limit webhooks that are Dead, were made in the period
	// [since, until) and follow after in the order of their ids.
	Died(ctx context.Context, since, until time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error)
	// Reopen makes a settled webhook pending, due, and queued just now, with a job of its
	// own, and reports whether it was one; or it fails with ErrJobRunning.
	Reopen(ctx context.Context, id uuid.UUID) (bool, error)
}
