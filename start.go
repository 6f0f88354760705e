package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/monitor/ops"
	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/worker"
)

type startCommand struct {
	Daemon  bool          `help:"Run in the background, and return when the server is ready."`
	Log     string        `help:"Write to this file instead of the terminal; ten files of 100 MB are kept." placeholder:"FILE" type:"path"`
	Timeout time.Duration `help:"With --daemon: how long to wait until it is ready." default:"2m"`
}

func (startCommand) Help() string {
	return `In local mode, the default, nothing has to be prepared: a private PostgreSQL and fakes of both
payment gateways are started too, unless they run already, and DATABASE_URL, where set, is used
instead of that PostgreSQL. In dev and real mode the configuration has to be complete, see
"payments config check", and the database migrated, see "payments schema".

Ctrl-C, or TERM, finishes the requests in progress and stops all that was started. HUP does what
"payments reload" does, USR2 what "payments upgrade" does.

    payments start
    API_PORT=8080 payments start --daemon
    MODE=real payments start --config /etc/payments/payments.yaml`
}

func (c startCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if c.Daemon {
		return p.startInBackground(cfg, c.Timeout)
	}
	if err := becomeLastGood(cfg); err != nil {
		return err
	}
	if c.Log != "" {
		if err := p.logTo(c.Log); err != nil {
			return err
		}
	}
	return p.start(cfg)
}

// start runs the server until a signal stops it or a new supervisor takes over.
func (p *program) start(cfg *config.Config) error {
	// From the first moment on: until the supervisor listens to them, HUP and USR2
	// would kill us.
	early := make(chan os.Signal, 1)
	signal.Notify(early, syscall.SIGHUP, syscall.SIGUSR2)
	defer signal.Stop(early)
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	h, err := enterHome(ctx, cfg)
	if err != nil {
		return err
	}
	defer h.leave()
	vacate, err := h.occupy()
	if err != nil {
		return err
	}
	defer vacate()
	l := local{program: p, home: h}
	err = p.startIn(ctx, h, &l)
	cleaning, cancel := cleanUp(ctx)
	defer cancel()
	if err := errors.Join(err, l.stop(cleaning)); err != nil {
		return err
	}
	return l.sayGoodbye()
}

func (p *program) startIn(ctx context.Context, h *home, l *local) error {
	err := l.start(ctx)
	if ctx.Err() != nil {
		return errors.New("interrupted while starting")
	}
	if err != nil {
		return err
	}
	if err := checkDatabase(ctx, l.database()); err != nil {
		return err
	}
	return supervisor.Run(ctx, p.supervision(h, l))
}

// databaseTimeout bounds the look at whether the database answers.
const databaseTimeout = 10 * time.Second

// checkDatabase says in one line what workers, which would find out too, could
// only say in their logs.
func checkDatabase(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, databaseTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("the database does not answer, check DATABASE_URL: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	return conn.Close(ctx)
}

// supervision tells the supervisor what it owns and what it runs.
func (p *program) supervision(h *home, l *local) supervisor.Options {
	cfg := h.cfg
	return supervisor.Options{
		API:     cfg.API.Addr(),
		Admin:   cfg.Admin.Addr(),
		Workers: cfg.Workers,
		Command: p.workerArgs(cfg),
		Blessed: blessed(cfg),
		Env:     func() ([]string, error) { return append(os.Environ(), l.workerEnv()...), nil },
		Serving: func(_, _ string) {
			h.leave()
			if err := keepSettings(cfg); err != nil {
				p.newLog(cfg).Warn("a reload will not tell which settings wait for an upgrade", "error", err)
			}
			l.announce()
		},
		Health:           worker.HealthPath,
		Metrics:          worker.MetricsPath,
		SharedMetrics:    worker.SharedMetricsPath,
		SystemPassword:   string(cfg.SystemPassword),
		PIDFile:          h.supervisorPID(),
		Log:              p.newLog(cfg).With("supervisor", readBuild().shortCommit()),
		Output:           p.stderr,
		ReadyTimeout:     cfg.Handover.Ready,
		Probation:        cfg.Handover.Probation,
		DrainBudget:      cfg.Handover.Drain,
		StopBudget:       cfg.Handover.Stop,
		Pages:            func(v supervisor.View) http.Handler { return ops.New(ops.Options{View: v, Fleet: fleetFrom(cfg)}) },
		CloseConnections: cfg.Handover.Connections == "close",
	}
}

func (p *program) newLog(cfg *config.Config) *slog.Logger { return slog.New(logHandler(cfg, p.stderr)) }

// logHandler logs for the reader: a person in local mode, a program elsewhere.
func logHandler(cfg *config.Config, to io.Writer) slog.Handler {
	if cfg.Mode == config.Local {
		return slog.NewTextHandler(to, nil)
	}
	return slog.NewJSONHandler(to, nil)
}

// stopTimeout bounds the stop of what a start has started, besides the supervisor,
// which has limits of its own.
const stopTimeout = time.Minute

// cleanUp gives a context to clean up in, which the signal that ended the other
// does not end.
func cleanUp(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
}
