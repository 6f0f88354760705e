package worker

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/password"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/store"
	"github.com/samchon/payments-server/internal/webhook"
	"github.com/samchon/payments-server/supervisor/ledger"
)

// pgTimeout bounds one call to a PG. Acquirers may take most of a minute.
const pgTimeout = 60 * time.Second

// App is everything that one worker runs, apart from its listener.
type App struct {
	Handler http.Handler
	Inner   http.Handler // for the supervisor
	store   *store.Store
	jobs    *jobs

	passwords *password.Verifier
}

// Settings say what an App is opened with.
type Settings struct {
	Config  *config.Config
	Log     *slog.Logger
	Version string
	// Counters is where this worker counts; nil: nowhere.
	Counters *ledger.Ledger
	// Tracer takes the spans; nil: nobody does.
	Tracer trace.TracerProvider
	// Processors are those of the machine, which limit the hashes computed at once where the configuration does not; 0:
	// as many as the runtime uses.
	Processors int
	// Compute runs each computation of a password's hash; nil: at once.
	Compute func(hash func())
	// Reached is told of each step of a payment; for crash tests.
	Reached func(payment.Step)
	// Lease stands in for payment.Lease; 0 outside of crash tests.
	Lease time.Duration
}

// Open connects and checks everything that a request will need, so that a worker
// that opened is ready. In local mode it migrates the database; elsewhere that
// is `payments schema`.
func Open(ctx context.Context, o Settings) (*App, error) {
	if o.Tracer == nil {
		o.Tracer = noop.NewTracerProvider()
	}
	c, log := o.Config, o.Log
	counts := newMetrics(o.Counters)
	p, err := partsOf(o, counts)
	if err != nil {
		return nil, err
	}
	s, err := openStore(ctx, c, p.keys)
	if err != nil {
		return nil, err
	}
	s.Settled = counts.intent
	payments := payment.New(payment.Config{
		Store: s, Gateways: p.gateways, Passwords: p.passwords,
		Present: func(h *payment.History) ([]byte, error) {
			shown := present(h)
			return appendHistory(nil, &shown), nil
		},
		Now: time.Now, Log: log, Reached: o.Reached, Lease: o.Lease,
	})
	webhooks := deliveries{s, p.codec}
	courier := webhook.NewCourier(webhook.Options{
		Outbox: webhooks, Secrets: p.secrets, Allowed: webhookNetworks(c), Log: log, Tracer: o.Tracer,
		Observe: counts.webhook,
	})
	var jobs *jobs
	var starting sync.WaitGroup
	starting.Go(func() { jobs, err = o.startJobs(ctx, s, payments, webhooks, courier) }) // which mostly waits
	handler := NewHandler(Options{
		Payments: payments, Codec: p.codec, Keys: s, HashKey: p.hashKey, Log: log, Version: o.Version,
		Observe: counts.request, Tracer: o.Tracer,
	})
	starting.Wait()
	if err != nil {
		s.Close()
		return nil, err
	}
	inner := newInner(handler, ownMetrics(s, o.Version), sharedMetrics(s))
	return &App{
		Handler: handler, Inner: inner, store: s, jobs: jobs,
		passwords: p.passwords.verifier,
	}, nil
}

// Close lets running jobs finish until ctx ends, and disconnects. Jobs that were
// cut run again elsewhere.
func (a *App) Close(ctx context.Context) error {
	err := a.jobs.stop(ctx)
	a.store.Close()
	return err
}

func openStore(ctx context.Context, c *config.Config, keys store.Keys) (*store.Store, error) {
	url := string(c.Database.URL)
	if c.Mode == config.Local {
		return store.OpenMigrated(ctx, url, keys)
	}
	return store.OpenCurrent(ctx, url, keys)
}
