package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/internal/together"
)

const (
	// loadTimeout bounds the reading of webhooks.
	loadTimeout = 10 * time.Second
	// recordTimeout bounds the writing down of attempts, which goes on when the
	// process drains: the services have them already.
	recordTimeout = 10 * time.Second
	// atOnce is how many webhooks one statement reads, or one commit records.
	atOnce = 64
)

// Options of a Worker.
type Options struct {
	DB      Beginner
	Rows    Rows
	Secrets *webhooksig.Secrets
	// Allowed are networks to call although they are not public: the cluster's
	// own, or loopback in local mode.
	Allowed []netip.Prefix
	Log     *slog.Logger
	Observe func(Attempt) // for the metrics; may be nil
}

// Attempt is one attempt as the metrics see it.
type Attempt struct {
	State  State // of the webhook, from now on
	Status int   // 0 if no answer came
	Took   time.Duration
}

// Worker works the Queue.
type Worker struct {
	river.WorkerDefaults[Job]
	db      Beginner
	rows    Rows
	log     *slog.Logger
	observe func(Attempt)
	ladder  ladder
	gate    *gate
	sender  *sender
	loads   together.Trips[uuid.UUID, Delivery]
	records together.Trips[conclusion, struct{}]
}

// NewWorker returns a Worker, to be added to River's.
func NewWorker(o Options) *Worker {
	if o.Observe == nil {
		o.Observe = func(Attempt) {}
	}
	w := &Worker{
		db: o.DB, rows: o.Rows, log: o.Log, observe: o.Observe,
		ladder: threeDays, gate: newGate(), sender: newSender(o.Secrets, o.Allowed),
	}
	w.loads.Most, w.loads.Do = atOnce, w.load
	w.records.Most, w.records.Do = atOnce, w.record
	return w
}

// Close closes idle connections. It comes after River has stopped.
func (w *Worker) Close() { w.sender.client.CloseIdleConnections() }

// Timeout leaves room for an attempt, for what comes before and after it, and for
// waiting behind others with that.
func (w *Worker) Timeout(*river.Job[Job]) time.Duration {
	return 2*loadTimeout + attemptTimeout + 2*recordTimeout + 5*time.Second
}

// NextRetry climbs the ladder.
func (w *Worker) NextRetry(job *river.Job[Job]) time.Time {
	return time.Now().Add(w.ladder.pauseAfter(job.Attempt, rand.Float64(), job.Args.asked))
}

// Work makes one attempt, if it is the webhook's turn.
func (w *Worker) Work(ctx context.Context, job *river.Job[Job]) error {
	id := job.Args.Webhook
	d, err := w.loads.Call(ctx, id)
	if err == nil {
		err = d.Err
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return river.JobCancel(err)
	case err != nil && job.Attempt > len(w.ladder):
		// Damaged, or its key is gone: it must not hold up the others for ever.
		return w.conclude(ctx, job, result{err: err}, Dead)
	case err != nil:
		return fmt.Errorf("load webhook %s: %w", id, err)
	case d.State != Pending:
		return nil
	}
	if d.Behind {
		behind, err := w.stepBack(ctx, job)
		if err != nil {
			return fmt.Errorf("let the webhooks before %s pass: %w", id, err)
		}
		if behind {
			return nil
		}
	}
	return w.attempt(ctx, job, d)
}

// stepBack completes the job if an earlier webhook is still pending; settling
// that one will start this one. doc.go says why it takes one transaction.
func (w *Worker) stepBack(ctx context.Context, job *river.Job[Job]) (behind bool, _ error) {
	err := pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) (err error) {
		behind, err = w.rows.LockAhead(ctx, tx, job.Args.Webhook)
		if err != nil || !behind {
			return err
		}
		return complete(ctx, tx, job)
	})
	return behind, err
}

func (w *Worker) attempt(ctx context.Context, job *river.Job[Job], d Delivery) error {
	to, err := target(d.URL)
	if err != nil {
		return w.conclude(ctx, job, result{err: err}, Dead)
	}
	overdue := time.Since(job.CreatedAt) > patience
	leave, wait := w.gate.enter(ctx, strings.ToLower(to.Host))
	if wait > 0 && !overdue {
		return river.JobSnooze(spread(wait, rand.Float64()))
	}
	r := w.sender.post(ctx, job.Args.Webhook, to, d.Body)
	if leave != nil {
		leave(r.verdict(ctx), r.took)
	}
	if r.Status == 0 && ctx.Err() != nil { // our hang-up, which is no answer of the service
		return fmt.Errorf("give up an attempt at webhook %s: %w", job.Args.Webhook, context.Cause(ctx))
	}
	return w.conclude(ctx, job, r, stateAfter(r, overdue || job.Attempt > len(w.ladder)))
}

func stateAfter(r result, last bool) State {
	switch {
	case r.err == nil:
		return Delivered
	case last, r.Status == http.StatusGone:
		return Dead
	}
	return Pending
}

// conclude writes down an attempt, and what it makes of the webhook. The error
// it returns for one still pending has River climb the ladder.
func (w *Worker) conclude(ctx context.Context, job *river.Job[Job], r result, state State) error {
	id := job.Args.Webhook
	jobs := river.ClientFromContext[pgx.Tx](ctx)
	if _, err := w.records.Call(ctx, conclusion{Outcome{id, r.Answer, state}, jobs}); err != nil {
		return fmt.Errorf("record an attempt at webhook %s: %w", id, err)
	}
	w.observe(Attempt{State: state, Status: r.Status, Took: r.took})
	switch state {
	case Pending:
		job.Args.asked = r.retryAfter
		return fmt.Errorf("deliver webhook %s: %w", id, r.err)
	case Dead:
		w.log.WarnContext(ctx, "webhook is dead", "webhook", id, "attempts", job.Attempt, "error", r.err)
	}
	return nil
}

// load is what Work asks for, of several at once.
func (w *Worker) load(ctx context.Context, ids []uuid.UUID) ([]Delivery, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	return w.rows.Load(ctx, ids)
}

// conclusion is an outcome, and the queue in which another delivery may follow.
type conclusion struct {
	Outcome
	jobs *river.Client[pgx.Tx]
}

// record writes down attempts, and starts the deliveries behind those that ended.
// The jobs themselves are left to River, which completes many at once.
func (w *Worker) record(ctx context.Context, all []conclusion) ([]struct{}, error) {
	ctx, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	outcomes := make([]Outcome, len(all))
	for i, c := range all {
		outcomes[i] = c.Outcome
	}
	err := pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) error {
		next, err := w.rows.Record(ctx, tx, outcomes)
		if err != nil {
			return err
		}
		return start(ctx, tx, all[0].jobs, outcomes, next)
	})
	return make([]struct{}, len(all)), err
}

// start starts the deliveries behind those that ended.
func start(ctx context.Context, tx pgx.Tx, jobs *river.Client[pgx.Tx], ended []Outcome, next []uuid.UUID) error {
	for i, id := range next {
		if ended[i].State == Pending || id == uuid.Nil {
			continue
		}
		if _, err := jobs.InsertTx(ctx, tx, Job{Webhook: id}, nil); err != nil {
			return fmt.Errorf("start the next webhook %s: %w", id, err)
		}
	}
	return nil
}

// complete is content with a job that no longer runs: taken for stuck, it was
// given to another, who will find the webhook as it is left here.
func complete(ctx context.Context, tx pgx.Tx, job *river.Job[Job]) error {
	_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
	if errors.Is(err, rivertype.ErrNotFound) {
		return nil
	}
	return err
}
