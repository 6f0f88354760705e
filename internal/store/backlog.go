package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/webhook"
)

// Backlog is how much there is yet to do: counts and ages, and nothing of what it is about.
type Backlog struct {
	Webhooks map[webhook.State]Heap       // those that are not delivered
	Overdue  time.Duration                // how long the first webhook that may be sent has waited for a courier
	Intents  map[payment.IntentState]Heap // those that are not settled
	Jobs     []Jobs
}

// Heap is how many things wait, and for how long the oldest of them.
type Heap struct {
	Many   int64
	Oldest time.Duration
}

// Jobs are those of one queue in one of River's states.
type Jobs struct {
	Queue, State string
	Many         int64
	Overdue      time.Duration // how long the first of them should have been working by now
}

// Backlog counts. It reads what is unfinished only, by the indexes made for it, however much lies behind.
func (s *Store) Backlog(ctx context.Context) (b Backlog, err error) {
	webhooks, err := s.queries.WebhookBacklog(ctx)
	if err != nil {
		return b, fmt.Errorf("count webhooks: %w", translate(err))
	}
	b.Webhooks = map[webhook.State]Heap{}
	for _, w := range webhooks {
		b.Webhooks[webhook.State(w.State)] = Heap{w.Many, seconds(w.OldestSeconds)}
	}
	overdue, err := s.queries.WebhooksOverdue(ctx)
	if err != nil {
		return b, fmt.Errorf("count webhooks: %w", translate(err))
	}
	b.Overdue = seconds(overdue)
	intents, err := s.queries.IntentBacklog(ctx)
	if err != nil {
		return b, fmt.Errorf("count intents: %w", translate(err))
	}
	b.Intents = map[payment.IntentState]Heap{}
	for _, i := range intents {
		b.Intents[payment.IntentState(i.State)] = Heap{i.Many, seconds(i.OldestSeconds)}
	}
	if b.Jobs, err = s.jobBacklog(ctx); err != nil {
		return b, fmt.Errorf("count jobs: %w", translate(err))
	}
	return b, nil
}

// jobBacklog reads River's own table, which sqlc does not know.
func (s *Store) jobBacklog(ctx context.Context) ([]Jobs, error) {
	const count = `SELECT queue, state::text, count(*), greatest(extract(epoch FROM now() - min(scheduled_at)), 0)::float8
FROM payments.river_job
WHERE state IN ('available', 'pending', 'retryable', 'running', 'scheduled') GROUP BY queue, state`
	rows, err := bounded{s.pool}.Query(ctx, count)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (j Jobs, err error) {
		var overdue float64
		err = row.Scan(&j.Queue, &j.State, &j.Many, &overdue)
		j.Overdue = seconds(overdue)
		return j, err
	})
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
