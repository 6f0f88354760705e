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

func (s *Store) queueSync(ctx context.Context, tx pgx.Tx, code payment.VendorCode, uid string) error {
	_, err := s.jobs.InsertTx(ctx, tx, queue.Sync{VendorCode: string(code), VendorUID: uid}, nil)
	return err
}

// QueueSync implements payment.EarlyWebhooks.
func (s *Store) QueueSync(ctx context.Context, code payment.VendorCode, uid string) error {
	return s.transaction(ctx, func(tx pgx.Tx, _ *sqlcgen.Queries) error { return s.queueSync(ctx, tx, code, uid) })
}

// KeepEarlyWebhook implements payment.EarlyWebhooks. The lock decides whether
// the webhook came before the history, which takes it along, or after it.
func (s *Store) KeepEarlyWebhook(ctx context.Context, code payment.VendorCode, uid string) error {
	return s.transaction(ctx, func(tx pgx.Tx, q *sqlcgen.Queries) error {
		if err := q.LockPayment(ctx, sqlcgen.LockPaymentParams{VendorCode: string(code), VendorUid: uid}); err != nil {
			return err
		}
		_, err := q.HistoryByVendor(ctx, sqlcgen.HistoryByVendorParams{VendorCode: string(code), VendorUid: uid})
		switch {
		case err == nil:
			return s.queueSync(ctx, tx, code, uid)
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		return q.KeepEarlyWebhook(ctx, sqlcgen.KeepEarlyWebhookParams{VendorCode: string(code), VendorUid: uid})
	})
}
