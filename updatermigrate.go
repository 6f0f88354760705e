package main

import (
	"errors"

	"github.com/samchon/payments-server/internal/store"
)

// migrateCommand is what an updater asks of a release that it is about to start. It
// differs from "payments schema" in that it finds the private database of local
// mode, too, and needs no privilege where nothing is to be done.
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
	pending, err := store.Pending(p.ctx, url)
	if err != nil || len(pending) == 0 || c.DryRun {
		return err
	}
	if cfg.Database.URL == "" {
		return store.Migrate(p.ctx, url)
	}
	return schemaCommand{}.Run(p)
}
