package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/localdb"
)

// localDatabase is the database in the private PostgreSQL.
const localDatabase = "payments"

// local is what local mode starts beside the server: a private PostgreSQL and the
// fakes. Both are adopted when they run, and neither is there in dev and real mode.
type local struct {
	*program
	home        *home
	databaseURL string // of the private PostgreSQL, empty without one
}

func (l *local) active() bool     { return l.home.cfg.Mode == config.Local }
func (l *local) ownsData() bool   { return l.active() && l.home.cfg.Database.URL == "" }
func (l *local) postgres() string { return l.home.cfg.Path("postgres") }

func (l *local) start(ctx context.Context) error {
	if !l.active() {
		return nil
	}
	if err := l.startDatabase(ctx); err != nil {
		return err
	}
	return l.startFakes(ctx)
}

func (l *local) startDatabase(ctx context.Context) error {
	if !l.ownsData() {
		return nil
	}
	server, err := l.ensurePostgres(ctx)
	if err != nil {
		return err
	}
	l.databaseURL = server.URL(localDatabase)
	return server.CreateDatabase(ctx, localDatabase)
}

// ensurePostgres installs PostgreSQL first where it is missing.
func (l *local) ensurePostgres(ctx context.Context) (*localdb.Server, error) {
	options := localdb.Options{Dir: l.postgres()}
	server, err := localdb.Ensure(ctx, options)
	if !errors.Is(err, localdb.ErrNoPrograms) {
		return server, err
	}
	if installErr := localdb.Install(ctx, l.stderr); installErr != nil {
		return nil, fmt.Errorf("%w; %w", err, installErr)
	}
	return localdb.Ensure(ctx, options)
}

// database is the URL that the workers use.
func (l *local) database() string {
	if l.ownsData() {
		return l.databaseURL
	}
	return string(l.home.cfg.Database.URL)
}

// workerEnv is what the workers need to know beyond our own environment.
func (l *local) workerEnv() []string {
	env := []string{homeVariable(l.home.cfg.Home)}
	if l.ownsData() {
		env = append(env, "DATABASE_URL="+l.databaseURL)
	}
	return env
}

// stop stops what start has started or adopted, unless another supervisor is in
// charge: the one that replaced us, or, when our own start as a replacement failed,
// the one that stays.
func (l *local) stop(ctx context.Context) error {
	if !l.active() {
		return nil
	}
	l.home.leave() // unless done: a lock is not taken twice
	if err := l.home.lock(ctx); err != nil {
		return err
	}
	if l.home.succeeded() {
		return nil
	}
	return errors.Join(l.stopFakes(ctx), localdb.Stop(ctx, l.postgres()))
}
