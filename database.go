package main

import (
	"context"
	"fmt"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/store"
)

// openStore opens the database that the workers use. What it is not given keys for
// cannot be read.
func (p *program) openStore(ctx context.Context, cfg *config.Config, keys store.Keys) (*store.Store, error) {
	url, err := p.databaseURL(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := checkDatabase(ctx, url); err != nil {
		return nil, err
	}
	return store.OpenCurrent(ctx, url, keys)
}

// databaseURL finds the private PostgreSQL of local mode too, which runs as long as
// the server does.
func (p *program) databaseURL(ctx context.Context, cfg *config.Config) (string, error) {
	l := local{program: p, home: &home{cfg: cfg}}
	if !l.ownsData() {
		return l.database(), nil
	}
	if l.home.supervisor() == 0 {
		return "", fmt.Errorf("no server runs in %s, and no PostgreSQL of it: see `payments start`, or set DATABASE_URL", cfg.Home)
	}
	if err := l.startDatabase(ctx); err != nil { // finds it running
		return "", err
	}
	return l.database(), nil
}
