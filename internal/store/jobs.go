package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/queue"
	"github.com/samchon/payments-server/internal/store/sqlcgen"
)

// dropJob takes back a resolver that is no longer needed. One that runs already
// finds its intent settled, and is content.
func (s *Store) dropJob(ctx context.Context, tx pgx.Tx, id int64) error {
	_, err := s.jobs.JobDeleteTx(ctx, tx, id)
	if errors.Is(err, rivertype.ErrJobRunning) || errors.Is(err, river.ErrNotFound) {
		return nil
	}
	return err
}

// queueSync leaves it at one waiting look for a payment, however often its PG, or
// whoever says to be the PG, repeats itself: a look that has yet to begin will see
// what this one would. One that has begun may have seen less.
func (s *Store) queueSync(ctx context.Context, tx pgx.Tx, code payment.VendorCode, uid string) error {
	job := queue.Sync{VendorCode: string(code), VendorUID: uid}
	var waiting bool
	if err := tx.QueryRow(ctx, waitingSQL, job.Kind(), job).Scan(&waiting); err != nil || waiting {
		return err
	}
	if _, err := tx.Exec(ctx, supersededSQL, job.Kind(), job); err != nil {
		return err
	}
	_, err := s.jobs.InsertTx(ctx, tx, job, nil)
	return err
}

// supersededSQL takes back the looks that have failed and wait for their next
// attempt: this one sees what they would, and it is sooner. While a PG is away there
// is then one for each payment, and not one for each webhook. Rows that are being
// moved just now stay: to wait for them could end in a deadlock.
const supersededSQL = `DELETE FROM payments.river_job WHERE id IN (SELECT id FROM payments.river_job
	WHERE state = 'retryable' AND queue = 'default' AND kind = $1 AND args = $2 FOR UPDATE SKIP LOCKED)`

// waitingSQL looks for a job among those that wait for a worker, of which there are few.
const waitingSQL = `SELECT EXISTS (SELECT FROM payments.river_job
	WHERE state = 'available' AND queue = 'default' AND kind = $1 AND args = $2)`

// QueueSync implements payment.EarlyWebhooks.
func (s *Store) QueueSync(ctx context.Context, code payment.VendorCode, uid string) error {
	return s.transaction(ctx, func(tx pgx.Tx, _ *sqlcgen.Queries) error { return s.queueSync(ctx, tx, code, uid) })
}

// maxEarlyWebhooks bounds what outsiders can have us keep, at about 20 MB. A
// service stores a payment within moments, so whoever wanted to push an honest
// webhook out would have to send this many in them.
const maxEarlyWebhooks = 100_000

// KeepEarlyWebhook implements payment.EarlyWebhooks. The lock decides whether the
// history takes it along, or is there for whoever looks afterwards. An intent needs
// none: what it does not see, its history takes.
func (s *Store) KeepEarlyWebhook(ctx context.Context, code payment.VendorCode, key string) error {
	return s.transaction(ctx, func(_ pgx.Tx, q *sqlcgen.Queries) error {
		if err := lockPayment(ctx, q, code, key); err != nil {
			return err
		}
		place, err := q.KeepEarlyWebhook(ctx, sqlcgen.KeepEarlyWebhookParams{VendorCode: string(code), VendorUid: key})
		if err != nil {
			return err
		}
		return q.DropEarlyWebhooksUpTo(ctx, place-s.maxEarly)
	})
}
