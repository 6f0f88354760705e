package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrNotFound is the Err of a webhook that is no more.
var ErrNotFound = errors.New("webhook not found")

// State is how far a webhook has come.
type State string

// The states of a webhook.
const (
	Pending   State = "pending"
	Delivered State = "delivered"
	Dead      State = "dead"
)

// Delivery is a webhook as the one who sends it needs it.
type Delivery struct {
	State State
	URL   string
	Body  []byte // as it goes out: sealed
	// Behind says that an earlier webhook of the same payment was pending.
	Behind bool
	Err    error // ErrNotFound, or why it cannot be opened; then nothing else counts
}

// Outcome is how an attempt ended, and what it makes of the webhook.
type Outcome struct {
	Webhook uuid.UUID
	Answer  Answer
	State   State // Pending leaves it as it is
}

// Answer is what a service said to one attempt.
type Answer struct {
	Status int    // 0 if none came
	Body   string // its beginning; valid UTF-8 without NUL
}

// Rows are the webhooks in the database. The methods that take a transaction
// neither commit nor roll back.
type Rows interface {
	// Load reads webhooks, in the order of the ids.
	Load(ctx context.Context, ids []uuid.UUID) ([]Delivery, error)
	// LockAhead reports whether an earlier webhook of the same payment is pending,
	// and if so keeps it (FOR SHARE) from being settled before tx ends.
	LockAhead(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error)
	// Record adds the answers, moves webhooks that are no longer pending to their
	// states, and then returns, for each outcome, the earliest pending webhook of
	// its payment, or uuid.Nil. It looks for those in a statement of its own, which
	// sees what was committed until the rows were locked: see LockAhead.
	Record(ctx context.Context, tx pgx.Tx, outcomes []Outcome) (next []uuid.UUID, err error)
}

// Archive is where settled webhooks are found and taken up again.
type Archive interface {
	// Died returns up to limit webhooks that are Dead, were made in the period
	// [since, until) and follow after in the order of their ids.
	Died(ctx context.Context, since, until time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error)
	// Reopen makes a settled webhook pending, and reports whether it was one.
	Reopen(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error)
}

// Beginner starts transactions, as a *pgxpool.Pool does.
type Beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}
