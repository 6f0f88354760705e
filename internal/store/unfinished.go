package store

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/store/sqlcgen"
	"github.com/samchon/payments-server/internal/webhook"
)

// Unfinished is what operators may know of a webhook that is not delivered: where
// it stands, and nothing of what it says.
type Unfinished struct {
	ID      uuid.UUID     `json:"id"`
	History uuid.UUID     `json:"history_id"`
	State   webhook.State `json:"state"`
	Made    time.Time     `json:"created_at"`
	// Service is whom it is for: of the URL the origin, as the rest may hold a secret.
	Service     string     `json:"service"`
	Attempts    int64      `json:"attempts"`
	LastAttempt *time.Time `json:"last_attempt"`
	LastStatus  *int32     `json:"last_status"` // nil where no answer came
}

const unfinishedPage = 500

// UnfinishedWebhooks goes through the webhooks in one of the states that were made
// in [since, until), oldest first. It ends after an error.
func (s *Store) UnfinishedWebhooks(ctx context.Context, since, until time.Time,
	states ...webhook.State) iter.Seq2[Unfinished, error] {
	params := sqlcgen.UnfinishedWebhooksParams{Since: since, Until: until, Most: unfinishedPage}
	for _, state := range states {
		params.States = append(params.States, string(state))
	}
	return func(yield func(Unfinished, error) bool) {
		for {
			page, err := s.queries.UnfinishedWebhooks(ctx, params)
			if err != nil {
				yield(Unfinished{}, fmt.Errorf("list webhooks: %w", translate(err)))
				return
			}
			for _, row := range page {
				if !yield(unfinished(row), nil) {
					return
				}
				params.Since, params.After = row.CreatedAt, row.ID
			}
			if len(page) < unfinishedPage {
				return
			}
		}
	}
}

func unfinished(row sqlcgen.UnfinishedWebhooksRow) Unfinished {
	return Unfinished{
		ID: row.ID, History: row.PaymentHistoryID, State: webhook.State(row.State), Made: row.CreatedAt,
		Service: origin(row.WebhookUrl), Attempts: row.Attempts, LastAttempt: row.LastAttempt, LastStatus: row.LastStatus,
	}
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
