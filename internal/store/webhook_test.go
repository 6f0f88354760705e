package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/webhook"
)

// storedWebhook is a webhook as if it were claimed.
func storedWebhook(t *testing.T, s *Store, id uuid.UUID) *Webhook {
	t.Helper()
	w := &Webhook{Delivery: webhook.Delivery{Claim: webhook.Claim{Webhook: id}}}
	const text = `SELECT previous, current FROM payments.payment_history_webhooks WHERE id = $1`
	must(t, s.pool.QueryRow(t.Context(), text, id).Scan(&w.previous, &w.current))
	return w
}

// post is a store with a payment that changes.
type post struct {
	*Store
	t       *testing.T
	payment uuid.UUID
}

func newPost(t *testing.T) *post {
	t.Helper()
	return &post{openStore(t, originalDatabaseMigrated(t), originalKeys(t, newKey)), t, cancelled}
}

// change changes the payment, which queues a webhook.
func (p *post) change() uuid.UUID {
	p.t.Helper()
	h, err := p.History(p.t.Context(), p.payment)
	must(p.t, err)
	h.Revision++
	n := &payment.Notice{ID: uuid.New(), Previous: []byte(`{"a":1}`), Current: []byte(`{"a":2}`), Cause: "cancel"}
	must(p.t, p.UpdateHistory(p.t.Context(), payment.Update{Next: h, Notice: n}))
	return n.ID
}

func (p *post) exec(sql string, args ...any) {
	p.t.Helper()
	_, err := p.pool.Exec(p.t.Context(), sql, args...)
	must(p.t, err)
}

func (p *post) claim() []Webhook {
	p.t.Helper()
	claimed, err := p.ClaimWebhooks(p.t.Context(), 10, time.Minute)
	must(p.t, err)
	return claimed
}

// claimOnly claims what has to be the only one that is due.
func (p *post) claimOnly(id uuid.UUID) webhook.Delivery {
	p.t.Helper()
	claimed := p.claim()
	if len(claimed) != 1 || claimed[0].Webhook != id {
		p.t.Fatalf("claimed %+v, want only %s", claimed, id)
	}
	return claimed[0].Delivery
}

func (p *post) record(outcomes ...webhook.Outcome) (started bool) {
	p.t.Helper()
	started, err := p.Record(p.t.Context(), outcomes)
	must(p.t, err)
	return started
}

func delivered(d webhook.Delivery) webhook.Outcome {
	return webhook.Outcome{Claim: d.Claim, State: webhook.Delivered, Answer: answered(200, "thanks")}
}

func answered(status int, body string) *webhook.Answer {
	return &webhook.Answer{ID: uuid.New(), Status: status, Body: body}
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	t.Run("HasWhatWasQueuedAtOnce", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		id := p.change()
		w := p.claim()[0]
		previous, current, err := p.OpenWebhook(&w)
		must(t, err)
		got := fmt.Sprint(w.Webhook, w.Payment, w.URL, w.Source.Schema, w.Attempts, w.Behind, string(previous), string(current))
		if want := fmt.Sprint(id, p.payment, "http://127.0.0.1:1/webhooks", "shop", 0, false, `{"a":1}`, `{"a":2}`); got != want {
			t.Errorf("claimed %s, want %s", got, want)
		}
		if age := time.Since(w.Queued); age < 0 || age > time.Minute {
			t.Errorf("it was queued %s ago", age)
		}
		if again := p.claim(); len(again) > 0 {
			t.Errorf("claimed a second time: %+v", again)
		}
	})

	t.Run("KeepsTheAnswerSealed", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		d := p.claimOnly(p.change())
		p.record(delivered(d))
		var answer uuid.UUID
		var status *int32
		var body *string
		must(t, p.pool.QueryRow(t.Context(), `SELECT id, status, body FROM payments.payment_history_webhook_responses
			WHERE payment_history_webhook_id = $1`, d.Webhook).Scan(&answer, &status, &body))
		plain, err := p.keys.Webhook.Open(*body, responseBody(answer))
		if err != nil || string(plain) != "thanks" || *status != 200 || *body == "thanks" {
			t.Errorf("kept %d %q, %v", *status, *body, err)
		}
	})

	t.Run("IsDueAgainAfterThePauseWithItsAttemptsCounted", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		d := p.claimOnly(p.change())
		p.record(webhook.Outcome{Claim: d.Claim, State: webhook.Pending, Pause: time.Hour, Answer: answered(0, "")})
		left := ask[float64](t, p.Store, `SELECT extract(epoch FROM due_at - now())::float8 FROM payments.payment_history_webhooks WHERE id = $1`, d.Webhook)
		if left < 3500 || left > 3600 || len(p.claim()) > 0 {
			t.Errorf("it is due in %v s", left)
		}
		p.exec(`UPDATE payments.payment_history_webhooks SET due_at = now() WHERE id = $1`, d.Webhook)
		if d = p.claimOnly(d.Webhook); d.Attempts != 1 {
			t.Errorf("it has %d attempts", d.Attempts)
		}
		p.record(webhook.Outcome{Claim: d.Claim, State: webhook.Pending}) // given back: no attempt
		if d = p.claimOnly(d.Webhook); d.Attempts != 1 {
			t.Errorf("it has %d attempts", d.Attempts)
		}
	})

	t.Run("KeepsAnAnswerOnceThatIsRecordedTwice", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		outcome := webhook.Outcome{Claim: p.claimOnly(p.change()).Claim, State: webhook.Pending, Answer: answered(500, "no")}
		p.record(outcome)
		p.record(outcome) // nobody has seen the first commit
		if n := ask[int](t, p.Store, `SELECT count(*) FROM payments.payment_history_webhook_responses
			WHERE payment_history_webhook_id = $1`, outcome.Webhook); n != 1 {
			t.Errorf("there are %d answers", n)
		}
		if d := p.claimOnly(outcome.Webhook); d.Attempts != 1 {
			t.Errorf("it has %d attempts", d.Attempts)
		}
	})

	t.Run("IsNotSettledByAnAnswerOfBeforeItWasReopened", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		id := p.change()
		late, err := p.ClaimWebhooks(t.Context(), 1, 0)
		must(t, err)
		p.record(webhook.Outcome{Claim: p.claimOnly(id).Claim, State: webhook.Dead, Answer: answered(410, "")})
		if ok, err := p.Reopen(t.Context(), id); !ok || err != nil {
			t.Fatal(ok, err)
		}
		p.record(delivered(late[0].Delivery))
		p.record(delivered(p.claimOnly(id))) // it is still due
		if claimed := p.claim(); len(claimed) > 0 {
			t.Errorf("then claimed %+v", claimed)
		}
		if n := ask[int](t, p.Store, `SELECT count(*) FROM payments.payment_history_webhook_responses WHERE payment_history_webhook_id = $1`, id); n != 3 {
			t.Errorf("%d answers are kept, want 3", n)
		}
	})

	t.Run("TakesWhoseLeaseHasEnded", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		id := p.change()
		late, err := p.ClaimWebhooks(t.Context(), 1, 0)
		must(t, err)
		now := p.claimOnly(id)
		p.record(webhook.Outcome{Claim: late[0].Claim, State: webhook.Pending}) // says nothing of another's claim
		if again := p.claim(); len(again) > 0 {
			t.Errorf("claimed a second time: %+v", again)
		}
		p.record(delivered(late[0].Delivery)) // but the service has it
		p.record(webhook.Outcome{Claim: now.Claim, State: webhook.Pending, Answer: answered(500, "")})
		if state := ask[string](t, p.Store, `SELECT state FROM payments.payment_history_webhooks WHERE id = $1`, id); state != "delivered" {
			t.Errorf("it is %s", state)
		}
	})

	t.Run("HasOneOfAPaymentDueAfterAnother", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		first := p.claimOnly(p.change())
		second, third := p.change(), p.change()
		for _, w := range p.claim() {
			behind, err := p.StepBack(t.Context(), w.Claim)
			must(t, err)
			if !w.Behind || !behind {
				t.Errorf("%s is not behind: %v, %v", w.Webhook, w.Behind, behind)
			}
		}
		for _, next := range []uuid.UUID{second, third} {
			if !p.record(delivered(first)) {
				t.Error("nobody is told that the next is due")
			}
			first = p.claimOnly(next)
			if first.Behind {
				t.Errorf("%s is behind", next)
			}
		}
		if p.record(delivered(first)) {
			t.Error("something is due behind the last")
		}
	})

	t.Run("TellsWhoListens", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		ctx, cancel := context.WithCancel(t.Context())
		heard, ended := make(chan struct{}, 10), make(chan error, 1)
		go func() { ended <- p.Listen(ctx, func() { heard <- struct{}{} }) }()
		hears := func(of string) {
			t.Helper()
			select {
			case <-heard:
			case <-time.After(listenCheck / 2): // whoever listens looks by itself after a whole one
				t.Fatalf("nobody is told of %s", of)
			}
		}
		hears("the beginning")
		id := p.change()
		hears("a change")
		p.record(delivered(p.claimOnly(id)))
		_, err := p.Reopen(t.Context(), id)
		must(t, err)
		hears("one that is reopened")
		p.exec(`UPDATE payments.payment_history_webhooks SET due_at = NULL WHERE id = $1`, id)
		must(t, p.Adopt(t.Context(), id))
		hears("one that is adopted")
		p.record(delivered(p.claimOnly(id)))
		if n := ask[int](t, p.Store, `SELECT count(*) FROM payments.river_job`); n != 0 {
			t.Errorf("%d jobs are made of webhooks", n)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ends with %v", err)
		}
	})

	t.Run("AdoptsWhatIsDueAtNoTime", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		first, second := p.change(), p.change()
		p.exec(`UPDATE payments.payment_history_webhooks SET due_at = NULL, queued_at = NULL, created_at = now() - interval '10 days'
			WHERE state = 'pending'`)
		if claimed := p.claim(); len(claimed) > 0 {
			t.Fatalf("claimed %+v", claimed)
		}
		must(t, p.Adopt(t.Context(), first))
		d := p.claimOnly(first)
		if age := time.Since(d.Queued); age > time.Hour {
			t.Errorf("its ladder began %s ago", age)
		}
		must(t, p.Adopt(t.Context(), first))
		if claimed := p.claim(); len(claimed) > 0 {
			t.Errorf("one that is leased is due: %+v", claimed)
		}
		if !p.record(delivered(d)) {
			t.Error("nobody is told that the next is due")
		}
		p.record(delivered(p.claimOnly(second)))
		for _, settled := range []uuid.UUID{first, uuid.New()} {
			must(t, p.Adopt(t.Context(), settled))
		}
		if claimed := p.claim(); len(claimed) > 0 {
			t.Errorf("one that is settled is due: %+v", claimed)
		}
	})

	t.Run("StartsThoseOfSeveralPayments", func(t *testing.T) {
		t.Parallel()
		p := newPost(t)
		other := &post{p.Store, t, tenth}
		p.change()
		other.change()
		waiting := []uuid.UUID{p.change(), other.change()}
		p.exec(`UPDATE payments.payment_history_webhooks SET due_at = NULL WHERE id = ANY ($1)`, waiting)
		var outcomes []webhook.Outcome
		for _, w := range p.claim() {
			outcomes = append(outcomes, delivered(w.Delivery))
		}
		p.record(outcomes...)
		started := p.claim()
		if len(outcomes) != 2 || len(started) != 2 {
			t.Fatalf("%d are settled, and %d started", len(outcomes), len(started))
		}
		for _, w := range started {
			if !slices.Contains(waiting, w.Webhook) || w.Behind {
				t.Errorf("started %+v", w)
			}
		}
	})
}

// Two that one waits for are settled at a time, for the first of them was sent again; it may be about to step back only then.
func TestOutbox_LosesNoStartBehindTwo(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	for round := range 40 {
		first := p.change()
		p.record(webhook.Outcome{Claim: p.claimOnly(first).Claim, State: webhook.Dead})
		second := p.claimOnly(p.change())
		third := p.change()
		waiting := p.claimOnly(third)
		_, err := p.Reopen(t.Context(), first)
		must(t, err)
		again := p.claimOnly(first)
		behind := false
		stepBack := func() (err error) {
			behind, err = p.StepBack(t.Context(), waiting.Claim)
			return err
		}
		var all errgroup.Group
		if round%2 == 0 {
			must(t, stepBack())
		} else {
			all.Go(stepBack)
		}
		for _, d := range []webhook.Delivery{again, second} {
			all.Go(func() error {
				_, err := p.Record(t.Context(), []webhook.Outcome{delivered(d)})
				return err
			})
		}
		must(t, all.Wait())
		if behind {
			waiting = p.claimOnly(third)
		}
		p.record(delivered(waiting))
	}
}

// A person may have changed rows by hand.
func TestStartStranded_StartsOnlyTheFirstOfAPayment(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	first, second := p.change(), p.change()
	p.exec(`UPDATE payments.payment_history_webhooks SET due_at = NULL, queued_at = NULL WHERE id = ANY ($1)`, []uuid.UUID{first, second})
	start := func(want int64) {
		t.Helper()
		if n, err := p.StartStranded(t.Context()); n != want || err != nil {
			t.Fatalf("started %d, %v; want %d", n, err, want)
		}
	}
	start(1)
	d := p.claimOnly(first)
	start(0) // the first is under way, the second waits for it
	if !p.record(delivered(d)) {
		t.Fatal("the second was not started by the first")
	}
	p.record(delivered(p.claimOnly(second)))
	start(0)
}

// Webhooks are committed while others are settled: none may be left that nobody starts.
func TestOutbox_LosesNoStart(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	const changes = 60
	var sent []int64 // revisions
	courier := func(ctx context.Context) error {
		for ctx.Err() == nil {
			claimed, err := p.ClaimWebhooks(ctx, 3, time.Minute)
			if err != nil {
				return err
			}
			for _, w := range claimed {
				if w.Behind {
					if behind, err := p.StepBack(ctx, w.Claim); err != nil || behind {
						continue
					}
				}
				revision := ask[int64](t, p.Store, `SELECT revision FROM payments.payment_history_webhooks WHERE id = $1`, w.Webhook)
				sent = append(sent, revision) // one of the payment at a time: the race detector watches
				if _, err := p.Record(ctx, []webhook.Outcome{delivered(w.Delivery)}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	var couriers sync.WaitGroup
	for range 3 {
		couriers.Go(func() {
			if err := courier(ctx); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		})
	}
	for range changes {
		p.change()
	}
	const pending = `SELECT count(*) FROM payments.payment_history_webhooks WHERE state = 'pending'`
	for end := time.Now().Add(20 * time.Second); ask[int](t, p.Store, pending) > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	n := ask[int](t, p.Store, pending)
	cancel()
	couriers.Wait()
	if n != 0 || len(sent) != changes || !slices.IsSorted(sent) {
		t.Errorf("%d are pending, sent were %v", n, sent)
	}
}

// A plan is kept that was made while there was nothing, and has to be right for what comes.
func TestOpen_HasNoPlanReadAWholeTable(t *testing.T) {
	t.Parallel()
	s := openStore(t, newDatabase(t), ourKeys(t, newKey))
	const due = `EXPLAIN SELECT id FROM payments.payment_history_webhooks WHERE state = 'pending' AND due_at <= now() ORDER BY due_at LIMIT 1`
	rows, _ := s.pool.Query(t.Context(), due)
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if !strings.Contains(strings.Join(plan, " "), "payment_history_webhooks_due_idx") {
		t.Errorf("the plan is %q", plan)
	}
}
