package webhook

import (
	"context"
	"time"

	"github.com/google/uuid"
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
	Until   time.Time // the end of the lease, which also tells this claim from a later one
	Queued  time.Time // by the change it tells of, or by who had it sent again since
}

// Delivery is a claimed webhook as the one who sends it needs it.
type Delivery struct {
	Claim
	URL      string
	Attempts int    // since Queued, before this one
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
	// if their lease has ended meanwhile, but not if they have been queued anew; others
	// only if it has not. It has the next of the settled ones' payments due, and reports
	// whether there were any. All of it or nothing.
	Record(ctx context.Context, outcomes []Outcome) (started bool, err error)
	// Adopt has a webhook due if it is pending and due at no time.
	Adopt(ctx context.Context, id uuid.UUID) error
	// Listen calls heard once it listens, and then after each commit that made webhooks
	// due, until ctx ends or the connection is lost.
	Listen(ctx context.Context, heard func()) error
}

// Archive is where settled webhooks are found and taken up again.
type Archive interface {
	// Died returns up to limit webhooks that are Dead, were made in the period
	// [since, until) and follow after in the order of their ids.
	Died(ctx context.Context, since, until time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error)
	// Reopen makes a settled webhook pending, due, and queued just now, and reports
	// whether it was one.
	Reopen(ctx context.Context, id uuid.UUID) (bool, error)
}
