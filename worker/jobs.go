package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/queue"
	"github.com/samchon/payments-server/internal/store"
	"github.com/samchon/payments-server/internal/webhook"
)

const (
	// jobTimeout bounds one job: a call to a PG and what is written of it.
	jobTimeout = 90 * time.Second
	// rescueAfter gives the jobs of a worker that was killed to another. River's
	// own default is an hour.
	rescueAfter = 2 * time.Minute
	// concurrentJobs is per worker. They mostly wait for others' servers.
	concurrentJobs = 50
)

// queues are all that this worker works.
var queues = []string{river.QueueDefault, webhook.Queue}

// jobs is this worker's share of the job queue.
type jobs struct {
	client   *queue.Client
	webhooks *webhook.Worker
}

// startJobs works the queue, from here on until stop.
func (o Settings) startJobs(ctx context.Context, s *store.Store, payments *payment.Service,
	webhooks *webhook.Worker) (*jobs, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, webhooks)
	river.AddWorker(workers, &resolver{payments: payments})
	river.AddWorker(workers, &syncer{payments: payments})
	river.AddWorker(workers, &tidier{store: s})
	client, err := river.NewClient(riverpgxv5.New(s.Pool()), &river.Config{
		Middleware: []rivertype.Middleware{&queue.Spans{Provider: o.Tracer}},
		Schema:     queue.Schema, Workers: workers, Logger: slog.New(warnings{o.Log.Handler()}),
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: concurrentJobs},
			webhook.Queue:      webhook.QueueConfig(),
		},
		PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(queue.TidyEvery),
			func() (river.JobArgs, *river.InsertOpts) { return queue.Tidy{}, nil }, nil)},
		FetchCooldown:        queue.FetchCooldown,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		ReindexerIndexNames:  []string{}, // an owner's work, and our role owns nothing: docs/operations.md
	})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	// The client outlives the context that opens the worker; stop ends it.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start job queue: %w", err)
	}
	return &jobs{client, webhooks}, nil
}

func (j *jobs) stop(ctx context.Context) error {
	defer j.webhooks.Close()
	if err := j.client.Stop(ctx); err != nil {
		return errors.Join(err, j.client.StopAndCancel(context.WithoutCancel(ctx)))
	}
	return nil
}

// resolver finishes intents that nobody may be working on any more.
type resolver struct {
	river.WorkerDefaults[queue.Resolve]
	payments *payment.Service
}

func (r *resolver) Work(ctx context.Context, job *river.Job[queue.Resolve]) error {
	return r.payments.Resolve(ctx, job.Args.Intent)
}

func (r *resolver) NextRetry(job *river.Job[queue.Resolve]) time.Time {
	return time.Now().Add(queue.RetryAfter(job.Attempt))
}

// syncer looks at payments that a PG has announced.
type syncer struct {
	river.WorkerDefaults[queue.Sync]
	payments *payment.Service
}

func (s *syncer) Work(ctx context.Context, job *river.Job[queue.Sync]) error {
	return s.payments.Sync(ctx, payment.VendorCode(job.Args.VendorCode), job.Args.VendorUID)
}

func (s *syncer) NextRetry(job *river.Job[queue.Sync]) time.Time {
	return time.Now().Add(queue.RetryAfter(job.Attempt))
}

// tidier deletes what has outlived its purpose.
type tidier struct {
	river.WorkerDefaults[queue.Tidy]
	store *store.Store
}

func (t *tidier) Work(ctx context.Context, _ *river.Job[queue.Tidy]) error { return t.store.Tidy(ctx) }

// warnings leaves out what River says of its daily life.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
