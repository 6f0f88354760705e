package store

import (
	"context"
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
	Err               error
}

// Webhooks reads webhooks, in no order. One whose row cannot be opened has Err.
func (s *Store) Webhooks(ctx context.Context, ids []uuid.UUID) ([]Webhook, error) {
	rows, err := s.queries.WebhooksByID(ctx, ids)
	if err != nil {
		return nil, translate(err)
	}
	webhooks := make([]Webhook, len(rows))
	for i, row := range rows {
		w := Webhook{
			ID: row.ID, Source: payment.Source{Schema: row.SourceSchema, Table: row.SourceTable, ID: row.SourceID},
			URL: row.WebhookUrl, State: webhook.State(row.State), Behind: row.Behind,
		}
		if w.Previous, err = s.keys.Webhook.Open(row.Previous, webhookColumn(row.ID, "previous")); err != nil {
			w.Err = fmt.Errorf("previous of webhook %s: %w", row.ID, err)
		} else if w.Current, err = s.keys.Webhook.Open(row.Current, webhookColumn(row.ID, "current")); err != nil {
			w.Err = fmt.Errorf("current of webhook %s: %w", row.ID, err)
		}
		webhooks[i] = w
	}
	return webhooks, nil
}

// LockAhead is part of webhook.Rows.
func (s *Store) LockAhead(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error) {
	ahead, err := s.queries.WithTx(tx).LockWebhookAhead(ctx, id)
	return len(ahead) > 0, translate(err)
}

// Record is part of webhook.Rows. What a service answers may quote what it was
// sent, so it is sealed too.
func (s *Store) Record(ctx context.Context, tx pgx.Tx, outcomes []webhook.Outcome) ([]uuid.UUID, error) {
	answers, err := s.sealedAnswers(outcomes)
	if err != nil {
		return nil, err
	}
	states := make([]string, len(outcomes))
	for i, o := range outcomes {
		states[i] = string(o.State)
	}
	q := s.queries.WithTx(tx)
	if err := q.InsertWebhookResponses(ctx, answers); err != nil {
		return nil, translate(err)
	}
	if err := q.SettleWebhooks(ctx, sqlcgen.SettleWebhooksParams{Webhooks: answers.Webhooks, States: states}); err != nil {
		return nil, translate(err)
	}
	rows, err := q.NextWebhooks(ctx, answers.Webhooks)
	if err != nil {
		return nil, translate(err)
	}
	behind := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, row := range rows {
		behind[row.ID] = row.Next
	}
	next := make([]uuid.UUID, len(outcomes))
	for i, o := range outcomes {
		next[i] = behind[o.Webhook]
	}
	return next, nil
}

// sealedAnswers are new rows; where no answer came, the status is 0.
func (s *Store) sealedAnswers(outcomes []webhook.Outcome) (rows sqlcgen.InsertWebhookResponsesParams, err error) {
	for _, o := range outcomes {
		id, body := uuid.New(), ""
		if o.Answer.Status != 0 {
			if body, err = s.keys.Webhook.Seal([]byte(o.Answer.Body), responseBody(id)); err != nil {
				return rows, err
			}
		}
		rows.Ids, rows.Webhooks = append(rows.Ids, id), append(rows.Webhooks, o.Webhook)
		rows.Statuses, rows.Bodies = append(rows.Statuses, int32(o.Answer.Status)), append(rows.Bodies, body)
	}
	return rows, nil
}

// Died implements webhook.Archive.
func (s *Store) Died(ctx context.Context, since, until time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	ids, err := s.queries.DeadWebhooks(ctx, sqlcgen.DeadWebhooksParams{Since: since, Until: until, After: after,
		Most: int32(limit)})
	return ids, translate(err)
}

// Reopen implements webhook.Archive.
func (s *Store) Reopen(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error) {
	n, err := s.queries.WithTx(tx).ReopenWebhook(ctx, id)
	return n > 0, translate(err)
}

// insertNotice queues a webhook, and commits its delivery beside it.
func (s *Store) insertNotice(ctx context.Context, tx pgx.Tx, q *sqlcgen.Queries, h *payment.History,
	n *payment.Notice) error {
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
