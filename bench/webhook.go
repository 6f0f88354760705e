package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/bench/httpload"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/seal"
	"github.com/samchon/payments-server/worker"
)

const (
	posters       = 64    // goroutines of the bare loop
	leastWebhooks = 2_000 // a second
	perSecond     = 5_000 // how many are prepared for a second of a turn
)

// webhooks compares delivering webhooks, from the row of each to the recorded answer,
// with a bare loop of signed POSTs to the same service.
func webhooks(ctx context.Context, s settings, r *report) (err error) {
	system, err := startSystem(ctx, s.payments, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, system.stop()) }()
	service, err := startService(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.stop()) }()
	out, err := system.newDeliveries(ctx, service)
	if err != nil {
		return err
	}
	if err := (match{
		what: "webhooks out", goal: 0.3,
		ours: contender{"webhooks of the queue", out.deliver}, peer: contender{"a bare loop of signed POSTs", out.post},
		note: "Ours reads and unseals the webhook, keeps the order of its payment, signs, sends, and commits the sealed answer; each is another payment's.",
	}).play(ctx, s, r); err != nil {
		return err
	}
	rate := rates(r.matches[len(r.matches)-1].mine).median
	if err := (match{
		what: "webhooks out, beside their queue", ours: r.matches[len(r.matches)-1].ours, peer: queueAlone(system.pool),
		note: "River takes each job in one statement and completes it in another, many at a time: that much any delivery costs that survives a crash.",
	}).play(ctx, s, r); err != nil {
		return err
	}
	r.add(fact{"webhooks out", fmt.Sprintf("%.0f/s", rate), fmt.Sprintf("≥ %d/s", leastWebhooks), rate >= leastWebhooks})
	return nil
}

// deliveries are webhooks of the system, and the service that takes them.
type deliveries struct {
	system  *system
	service *service
	ring    *seal.Keyring
	secrets *webhooksig.Secrets
	record  []byte // what a webhook tells, twice
}

func (s *system) newDeliveries(ctx context.Context, to *service) (*deliveries, error) {
	d := &deliveries{system: s, service: to}
	keys, err := worker.Keys(s.config.AtRest)
	if err != nil {
		return nil, err
	}
	d.ring = keys.Webhook
	if d.secrets, err = webhooksig.NewSecrets(string(s.config.Webhooks.SigningSecrets[0])); err != nil {
		return nil, err
	}
	in, err := s.storing(ctx)
	if err != nil {
		return nil, err
	}
	in.WebhookURL = d.service.url
	if _, err := s.client.StoreHistory(ctx, in); err != nil {
		return nil, err
	}
	d.record = bytes.Repeat([]byte(`{"a":"record"}`), 150) // about 2 KiB; of a card at our fake, it is 1.4
	d.record = fmt.Appendf(nil, `{"data":"%x"}`, d.record[:1000])
	return d, nil
}

// deliver queues webhooks and takes the time from the moment the workers may see
// them until all have been delivered.
func (d *deliveries) deliver(ctx context.Context, turn time.Duration) (lap httpload.Lap, err error) {
	n := int(turn.Seconds() * perSecond)
	histories, err := d.system.copyHistories(ctx, n, d.service.url)
	if err != nil {
		return lap, err
	}
	rows, err := d.rows(histories)
	if err != nil {
		return lap, err
	}
	before, err := d.service.taken(ctx)
	if err != nil {
		return lap, err
	}
	tx, err := d.system.pool.Begin(ctx)
	if err != nil {
		return lap, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if err := write(ctx, tx, rows); err != nil {
		return lap, err
	}
	began := time.Now()
	if err := tx.Commit(ctx); err != nil {
		return lap, err
	}
	if err := d.settled(ctx, before+n); err != nil {
		return lap, err
	}
	return httpload.Lap{Calls: n, Took: time.Since(began)}, nil
}

// settled waits until the service has taken so many, and then until every answer has
// been recorded: to ask earlier would only be work for the database.
func (d *deliveries) settled(ctx context.Context, most int) error {
	for {
		taken, err := d.service.taken(ctx)
		if err != nil {
			return err
		}
		if taken >= most {
			var pending bool
			const left = `SELECT EXISTS (SELECT FROM payments.payment_history_webhooks WHERE state = 'pending')`
			if err := d.system.pool.QueryRow(ctx, left).Scan(&pending); err != nil || !pending {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// columns of a webhook, as the store writes them.
var columns = []string{"id", "payment_history_id", "previous", "current", "data", "created_at", "revision", "state",
	"due_at", "queued_at"}

// cause is why a webhook was queued, as the store notes it in data.
const cause = `{"cause":"webhook"}`

// rows are webhooks, each of a payment of its own.
func (d *deliveries) rows(histories []uuid.UUID) (rows [][]any, err error) {
	for _, history := range histories {
		id, now := payment.NewID(), time.Now()
		row := []any{id, history, nil, nil, nil, now, 1, "pending", now, now}
		for at, plain := range [][]byte{d.record, d.record, []byte(cause)} {
			column := columns[2+at]
			if row[2+at], err = d.ring.Seal(plain, seal.AD{Table: "payment_history_webhooks", Column: column, Row: id.String()}); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// write writes webhooks, and tells the workers when tx commits, as the store does with
// each.
func write(ctx context.Context, tx pgx.Tx, rows [][]any) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"payments", "payment_history_webhooks"}, columns, pgx.CopyFromRows(rows))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `SELECT pg_notify('payments_webhooks', '')`)
	return err
}

// copyHistories multiplies a history that a system has. Nobody can read the
// copies, and no delivery does.
func (s *system) copyHistories(ctx context.Context, n int, webhookURL string) ([]uuid.UUID, error) {
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = payment.NewID()
	}
	_, err := s.pool.Exec(ctx, copyHistories, ids, webhookURL)
	return ids, err
}

const copyHistories = `
INSERT INTO payments.payment_histories (id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
	currency, price, refund, webhook_url, data, password, created_at, paid_at, cancelled_at, revision)
SELECT copy.id, source_schema, source_table, gen_random_uuid(), vendor_code, gen_random_uuid(), vendor_store_id,
	currency, price, refund, $2, data, password, created_at, paid_at, cancelled_at, revision
FROM (SELECT * FROM payments.payment_histories LIMIT 1) h, unnest($1::uuid[]) copy (id)`

// post sends webhooks of the same size, signed, and does nothing else.
func (d *deliveries) post(ctx context.Context, turn time.Duration) (httpload.Lap, error) {
	body := d.system.codec.Seal(nil, fmt.Appendf(nil, `{"previous":%s,"current":%s}`, d.record, d.record))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: posters}}
	defer client.CloseIdleConnections()
	return httpload.Work(ctx, turn, posters, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.service.url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		d.secrets.Sign(request.Header, uuid.NewString(), time.Now(), body)
		answer, err := client.Do(request)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		return answer.Body.Close()
	})
}
