package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrNotFound is what Load returns for a webhook that is no more.
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
}

// Answer is what a service said to one attempt.
type Answer struct {
	Status int    // 0 if none came
	Body   string // its beginning; valid UTF-8 without NUL
}

// Rows are the webhooks in the database. The methods that take a transaction
// neither commit nor roll back.
type Rows interface {
	// Load reads a webhook, or returns ErrNotFound.
	Load(ctx context.Context, id uuid.UUID) (Delivery, error)
	// LockAhead reports whether an earlier webhook of the same payment is pending,
	// and if so keeps it (FOR SHARE) from being settled before tx ends.
	LockAhead(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error)
	// Record adds the answer to an attempt.
	Record(ctx context.Context, tx pgx.Tx, id uuid.UUID, answer Answer) error
	// Settle moves a pending webhook to Delivered or Dead, and then returns the
	// earliest pending one of its payment, or uuid.Nil.
	Settle(ctx context.Context, tx pgx.Tx, id uuid.UUID, state State) (next uuid.UUID, err error)
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
