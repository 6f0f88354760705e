// Package queue names the background jobs: what is committed beside a record so
// that it will happen, whoever dies. It does not do the work; the worker does. The
// delivery of webhooks is none of them: see internal/webhook.
package queue

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// Schema is where River keeps its tables: beside ours.
const Schema = "payments"

// Client is River on our pool.
type Client = river.Client[pgx.Tx]

// Resolve asks the PG what became of an intent, until it is settled.
type Resolve struct {
	Intent uuid.UUID `json:"intent"`
}

// Kind names the job in the database.
func (Resolve) Kind() string { return "resolve_intent" }

// InsertOpts leaves the first look to resolveAfter: an ordinary payment is
// settled by its own request long before, and takes the job away again.
func (Resolve) InsertOpts() river.InsertOpts {
	return river.InsertOpts{ScheduledAt: time.Now().Add(resolveAfter[0]), MaxAttempts: 1000}
}

// Sync looks at the PG because it announced that a payment has changed.
type Sync struct {
	VendorCode string `json:"vendor_code"`
	VendorUID  string `json:"vendor_uid"`
}

// Kind names the job in the database.
func (Sync) Kind() string { return "sync_payment" }

// InsertOpts has it looked for weeks, and not for River's usual 25 attempts, which
// are over in a day: the PG was told that its webhook has arrived, and will not
// repeat it when it is back.
func (Sync) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 1000} }

// Tidy deletes what has outlived its purpose.
type Tidy struct{}

// Kind names the job in the database.
func (Tidy) Kind() string { return "tidy" }

// TidyEvery is how often that is done, by one worker of all.
const TidyEvery = time.Hour

// resolveAfter is how long each look at the PG waits after the one before. The
// PG may need a moment to know itself, and asks not to be polled (Toss).
var resolveAfter = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute,
	time.Hour}

// RetryAfter is the pause after so many attempts, from 1.
func RetryAfter(attempts int) time.Duration {
	return resolveAfter[min(attempts, len(resolveAfter)-1)]
}

// FetchCooldown is the pause between looks at the queue, and between notices that
// something was put there. River's own 100 ms would be most of the time from a PG's
// webhook to ours: a look at the PG (Sync) is between them.
const FetchCooldown = time.Millisecond

// NewInserter returns a client that only inserts jobs.
func NewInserter(pool *pgxpool.Pool) (*Client, error) {
	return river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: Schema, FetchCooldown: FetchCooldown,
		Middleware: []rivertype.Middleware{&Spans{}}})
}
