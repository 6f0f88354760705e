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
	"github.com/samchon/payments-server/internal/tracing"
	"github.com/samchon/payments-server/internal/webhook"
)

var _ webhook.Archive = (*Store)(nil)

func webhookColumn(id uuid.UUID, column string) seal.AD {
	return seal.AD{Table: "payment_history_webhooks", Column: column, Row: id.String()}
}

func responseBody(id uuid.UUID) seal.AD {
	return seal.AD{Table: "payment_history_webhook_responses", Column: "body", Row: id.String()}
}

// Webhook is a claimed webhook, sealed as it is in the database.
type Webhook struct {
	webhook.Delivery // without its Body
	Source           payment.Source

	previous, current string
}

// ClaimWebhooks claims up to so many webhooks that are due; see webhook.Outbox.
func (s *Store) ClaimWebhooks(ctx context.Context, most int, lease time.Duration) ([]Webhook, error) {
	rows, err := s.queries.ClaimWebhooks(ctx, sqlcgen.ClaimWebhooksParams{Lease: interval(lease), Most: int32(most)})
	if err != nil {
		return nil, translate(err)
	}
	claimed := make([]Webhook, len(rows))
	for i, row := range rows {
		claimed[i] = Webhook{
			Delivery: webhook.Delivery{
				Claim: webhook.Claim{Webhook: row.ID, Payment: row.PaymentHistoryID, Until: row.Until, Queued: row.QueuedAt},
				URL:   row.WebhookUrl, Attempts: int(row.Attempts), Trace: valueOf(row.Trace), Behind: row.Behind,
			},
			Source:   payment.Source{Schema: row.SourceSchema, Table: row.SourceTable, ID: row.SourceID},
			previous: row.Previous, current: row.Current,
		}
	}
	return claimed, nil
}

// OpenWebhook returns what a webhook tells: the record in its public form, as JSON,
// before and after the change.
func (s *Store) OpenWebhook(w *Webhook) (previous, current []byte, err error) {
	id := w.Claim.Webhook
	if previous, err = s.keys.Webhook.Open(w.previous, webhookColumn(id, "previous")); err != nil {
		return nil, nil, fmt.Errorf("previous of webhook %s: %w", id, err)
	}
	if current, err = s.keys.Webhook.Open(w.current, webhookColumn(id, "current")); err != nil {
		return nil, nil, fmt.Errorf("current of webhook %s: %w", id, err)
	}
	return previous, current, nil
}

// StepBack is part of webhook.Outbox.
func (s *Store) StepBack(ctx context.Context, c webhook.Claim) (behind bool, _ error) {
	err := s.transaction(ctx, func(_ pgx.Tx, q *sqlcgen.Queries) error {
		ahead, err := q.LockWebhooksAhead(ctx, c.Webhook)
		if behind = len(ahead) > 0; err != nil || !behind {
			return err
		}
		return q.StepWebhookBack(ctx, sqlcgen.StepWebhookBackParams{ID: c.Webhook, Until: c.Until})
	})
	return behind, err
}

// Record is part of webhook.Outbox. What a service answers may quote what it was
// sent, so it is sealed too.
func (s *Store) Record(ctx context.Context, outcomes []webhook.Outcome) (started bool, _ error) {
	r, err := s.records(outcomes)
	if err != nil {
		return false, err
	}
	err = s.transaction(ctx, func(_ pgx.Tx, q *sqlcgen.Queries) error {
		started = false
		if len(r.answers.Ids) > 0 {
			if err := q.InsertWebhookResponses(ctx, r.answers); err != nil {
				return err
			}
		}
		if err := q.RecordWebhooks(ctx, r.webhooks); err != nil {
			return err
		}
		if len(r.settled) > 0 {
			if err := q.LockWaitingWebhooks(ctx, r.settled); err != nil {
				return err
			}
			next, err := q.StartNextWebhooks(ctx, r.settled)
			if started = next > 0; err != nil {
				return err
			}
		}
		if r.givenBack {
			return q.NotifyWebhooks(ctx)
		}
		return nil
	})
	return started, err
}

// records are outcomes as the database takes them.
type records struct {
	answers   sqlcgen.InsertWebhookResponsesParams
	webhooks  sqlcgen.RecordWebhooksParams
	settled   []uuid.UUID // payments
	givenBack bool        // are there any for others to deliver at once
}

func (s *Store) records(outcomes []webhook.Outcome) (r records, err error) {
	for _, o := range outcomes {
		attempted := int32(0)
		if o.Answer != nil {
			attempted = 1
			if err := s.addAnswer(&r.answers, o); err != nil {
				return r, err
			}
		}
		w := &r.webhooks
		w.Webhooks, w.Untils, w.Queued = append(w.Webhooks, o.Webhook), append(w.Untils, o.Until), append(w.Queued, o.Queued)
		w.States = append(w.States, string(o.State))
		w.Attempted, w.Pauses = append(w.Attempted, attempted), append(w.Pauses, o.Pause.Microseconds())
		switch {
		case o.State != webhook.Pending:
			r.settled = append(r.settled, o.Payment)
		case o.Pause == 0:
			r.givenBack = true
		}
	}
	return r, nil
}

// addAnswer adds a new row; where no answer came, the status is 0.
func (s *Store) addAnswer(rows *sqlcgen.InsertWebhookResponsesParams, o webhook.Outcome) (err error) {
	body := ""
	if o.Answer.Status != 0 {
		if body, err = s.keys.Webhook.Seal([]byte(o.Answer.Body), responseBody(o.Answer.ID)); err != nil {
			return err
		}
	}
	rows.Ids, rows.Webhooks = append(rows.Ids, o.Answer.ID), append(rows.Webhooks, o.Webhook)
	rows.Statuses, rows.Bodies = append(rows.Statuses, int32(o.Answer.Status)), append(rows.Bodies, body)
	return nil
}

// Adopt is part of webhook.Outbox.
func (s *Store) Adopt(ctx context.Context, id uuid.UUID) error {
	return translate(s.queries.AdoptWebhook(ctx, id))
}

// StartStranded has webhooks due that wait for no other, and reports how many there were. There are none unless somebody has
// changed them by hand, or a build before schema 8 has lost a start.
func (s *Store) StartStranded(ctx context.Context) (int64, error) {
	n, err := s.queries.StartStrandedWebhooks(ctx)
	return n, translate(err)
}

// Died implements webhook.Archive.
func (s *Store) Died(ctx context.Context, since, until time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	ids, err := s.queries.DeadWebhooks(ctx, sqlcgen.DeadWebhooksParams{Since: since, Until: until, After: after,
		Most: int32(limit)})
	return ids, translate(err)
}

// Reopen implements webhook.Archive.
func (s *Store) Reopen(ctx context.Context, id uuid.UUID) (bool, error) {
	n, err := s.queries.ReopenWebhook(ctx, id)
	return n > 0, translate(err)
}

// insertNotice queues a webhook.
func (s *Store) insertNotice(ctx context.Context, q *sqlcgen.Queries, h *payment.History, n *payment.Notice) error {
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
	if carried := tracing.Carried(ctx); carried != "" {
		row.Trace = &carried
	}
	return q.InsertWebhook(ctx, row)
}

// valueOf is the zero value for a null.
func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
