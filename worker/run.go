package worker

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/supervisor/handover"
)

const (
	// readHeaderTimeout ends connections that do not get to the point.
	readHeaderTimeout = 10 * time.Second
	// idleTimeout is longer than that of the usual load balancers (60 s), so that
	// the client closes first and no request meets a closing connection.
	idleTimeout = 75 * time.Second
	// shortCommit is how much of a commit people are shown.
	shortCommit = 12
	// stopTimeout is for background jobs when the last connection has gone.
	stopTimeout = 20 * time.Second
)

// Run is a worker process: it takes its listener from the supervisor, opens
// everything, and serves until the supervisor retires it.
func Run(ctx context.Context, c *config.Config, log *slog.Logger, version string) error {
	inherited, err := handover.Inherit()
	if err != nil {
		return fmt.Errorf("payments worker: %w", err)
	}
	inherited.Commit = version[:min(shortCommit, len(version))]
	share := newShare()
	log = log.With("generation", inherited.Generation(), "worker", inherited.Slot(), "commit", inherited.Commit)
	tracer, sendLast, err := startTracing(ctx, version, log)
	if err != nil {
		return err
	}
	app, err := Open(ctx, Settings{Config: c, Log: log, Version: version, Counters: inherited.Counters(), Tracer: tracer,
		Processors: share.all, Compute: share.hash})
	if err != nil {
		return err
	}
	limit := func(ctx context.Context, own int) { _ = app.passwords.Limit(ctx, own) } // it fails when ctx ends
	if c.Passwords.Concurrency > 0 {
		limit = func(context.Context, int) {} // somebody has said how many
	}
	hashes := func() (waiting int, hits uint64) { return app.passwords.Waiting(), app.passwords.Stats().Hits }
	go share.follow(ctx, c.Workers, load{requests: inherited.Requests, hashes: hashes}, limit)
	inherited.Inner = app.Inner
	served := inherited.Serve(ctx, &http.Server{
		Handler: app.Handler, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	})
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := app.Close(closing); err != nil {
		log.Warn("background jobs were cut; another worker runs them again", "error", err)
	}
	sendLast(closing)
	return served
}
