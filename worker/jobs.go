package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
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

// jobs is this worker's share of the job queue, and of the webhooks.
type jobs struct {
	client       *queue.Client
	stopDelivery func(context.Context)
}

// startJobs works the queue and delivers, from here on until stop.
func (o Settings) startJobs(ctx context.Context, s *store.Store, payments *payment.Service,
	webhooks webhook.Outbox, courier *webhook.Courier) (*jobs, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &webhook.Adopter{Outbox: webhooks})
	river.AddWorker(workers, &resolver{payments: payments})
	river.AddWorker(workers, &syncer{payments: payments})
	river.AddWorker(workers, &tidier{store: s, log: o.Log})
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
	return &jobs{client, startDelivery(context.WithoutCancel(ctx), courier)}, nil
}

// startDelivery returns how to stop it: what is under way ends in time, or is cut.
func startDelivery(ctx context.Context, courier *webhook.Courier) (stop func(context.Context)) {
	running, retire := context.WithCancel(ctx)
	cut, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		courier.Run(running, cut)
	}()
	return func(ctx context.Context) {
		retire()
		defer context.AfterFunc(ctx, cancel)()
		<-done
		cancel()
	}
}

func (j *jobs) stop(ctx context.Context) error {
	var delivery sync.WaitGroup
	delivery.Go(func() { j.stopDelivery(ctx) })
	defer delivery.Wait()
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

// tidier deletes what has outlived its purpose, and finds webhooks that nobody would deliver.
type tidier struct {
	river.WorkerDefaults[queue.Tidy]
	store *store.Store
	log   *slog.Logger
}

func (t *tidier) Work(ctx context.Context, _ *river.Job[queue.Tidy]) error {
	stranded, err := t.store.StartStranded(ctx)
	if stranded > 0 {
		t.log.WarnContext(ctx, "webhooks waited for no other and were due at no time; they are delivered now", "webhooks", stranded)
	}
	return errors.Join(err, t.store.Tidy(ctx))
}

// warnings leaves out what River says of its daily life.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
