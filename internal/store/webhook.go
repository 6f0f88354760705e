package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/seal"
	"github.com/samchon/payments-server/internal/store/sqlcgen"
	"github.com/samchon/payments-server/internal/webhook"
)

var _ webhook.Archive = (*Store)(nil)

func webhookColumn(id uuid.UUID, column string) seal.AD {
	return seal.AD{Table: "payment_history_webhooks", Column: column, Row: id.String()}
}

func responseBody(id uuid.UUID) seal.AD {
	return seal.AD{Table: "payment_history_webhook_responses", Column: "body", Row: id.String()}
}

// Webhook is a webhook as it was queued: the record in its public form before
// and after the change.
type Webhook struct {
	ID                uuid.UUID
	Source            payment.Source
	Previous, Current []byte
	URL               string
	State             webhook.State
	Behind            bool // an earlier one of the same payment is pending
}

// Webhook reads a webhook, or returns webhook.ErrNotFound.
func (s *Store) Webhook(ctx context.Context, id uuid.UUID) (*Webhook, error) {
	row, err := s.queries.WebhookByID(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, webhook.ErrNotFound
	}
	if err != nil {
		return nil, translate(err)
	}
	w := &Webhook{
		ID: row.ID, Source: payment.Source{Schema: row.SourceSchema, Table: row.SourceTable, ID: row.SourceID},
		URL: row.WebhookUrl, State: webhook.State(row.State), Behind: row.Behind,
	}
	if w.Previous, err = s.keys.Webhook.Open(row.Previous, webhookColumn(id, "previous")); err != nil {
		return nil, fmt.Errorf("previous of webhook %s: %w", id, err)
	}
	if w.Current, err = s.keys.Webhook.Open(row.Current, webhookColumn(id, "current")); err != nil {
		return nil, fmt.Errorf("current of webhook %s: %w", id, err)
	}
	return w, nil
}

// LockAhead is part of webhook.Rows.
func (s *Store) LockAhead(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error) {
	ahead, err := s.queries.WithTx(tx).LockWebhookAhead(ctx, id)
	return len(ahead) > 0, translate(err)
}

// Record is part of webhook.Rows. What a service answers may quote what it was
// sent, so it is sealed too. Status and body are null where no answer came.
func (s *Store) Record(ctx context.Context, tx pgx.Tx, id uuid.UUID, answer webhook.Answer) error {
	row := sqlcgen.InsertWebhookResponseParams{ID: uuid.New(), PaymentHistoryWebhookID: id}
	if answer.Status != 0 {
		body, err := s.keys.Webhook.Seal([]byte(answer.Body), responseBody(row.ID))
		if err != nil {
			return err
		}
		status := int32(answer.Status)
		row.Status, row.Body = &status, &body
	}
	return translate(s.queries.WithTx(tx).InsertWebhookResponse(ctx, row))
}

// Settle is part of webhook.Rows.
func (s *Store) Settle(ctx context.Context, tx pgx.Tx, id uuid.UUID, state webhook.State) (next uuid.UUID, err error) {
	q := s.queries.WithTx(tx)
	history, err := q.SettleWebhook(ctx, sqlcgen.SettleWebhookParams{ID: id, State: string(state)})
	if err == nil {
		next, err = q.NextWebhook(ctx, history)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return next, translate(err)
}

// Died implements webhook.Archive.
func (s *Store) Died(ctx context.Context, since, until time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	ids, err := s.queries.DeadWebhooks(ctx, sqlcgen.DeadWebhooksParams{Since: since, Until: until, After: after, Most: int32(limit)})
	return ids, translate(err)
}

// Reopen implements webhook.Archive.
func (s *Store) Reopen(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error) {
	n, err := s.queries.WithTx(tx).ReopenWebhook(ctx, id)
	return n > 0, translate(err)
}

// insertNotice queues a webhook, and commits its delivery beside it.
func (s *Store) insertNotice(ctx context.Context, tx pgx.Tx, q *sqlcgen.Queries, h *payment.History, n *payment.Notice) error {
	row := sqlcgen.InsertWebhookParams{ID: n.ID, PaymentHistoryID: h.ID, Revision: h.Revision}
	for _, column := range []struct {
		name  string
		plain []byte
		text  *string
	}{
		{"previous", n.Previous, &row.Previous},
		{"current", n.Current, &row.Current},
		{"data", fmt.Appendf(nil, `{"cause":%q}`, n.Cause), &row.Data},
	} {
		text, err := s.keys.Webhook.Seal(column.plain, webhookColumn(n.ID, column.name))
		if err != nil {
			return err
		}
		*column.text = text
	}
	if err := q.InsertWebhook(ctx, row); err != nil {
		return err
	}
	_, err := s.jobs.InsertTx(ctx, tx, webhook.Job{Webhook: n.ID}, nil)
	return err
}
