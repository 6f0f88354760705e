package main

import (
	"errors"

	"github.com/samchon/payments-server/internal/store"
)

// migrateCommand is what an updater asks of a release that it is about to start. It
// differs from "payments schema" in that it finds the private database of local
// mode, too, and can leave everything as it is.
type migrateCommand struct {
	DryRun bool `help:"Only look whether the database answers."`
}

func (c migrateCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	url, err := p.databaseURL(p.ctx, cfg)
	if err != nil {
		return err
	}
	if url == "" {
		return errors.New("DATABASE_URL is not set")
	}
	if c.DryRun {
		return checkDatabase(p.ctx, url)
	}
	return store.Migrate(p.ctx, url)
}
