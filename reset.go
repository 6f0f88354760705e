package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/provision"
)

type resetCommand struct {
	Mode    string        `arg:"" enum:"local,dev" help:"Which database is emptied, local or dev; the configuration has to be of that mode."`
	Yes     bool          `help:"Do not ask."`
	Timeout time.Duration `help:"How long to wait for the server to stop, and to start." default:"2m"`
}

func (resetCommand) Help() string {
	return `Stops the server of this machine, drops all its records, makes the tables anew with some sample payments in them,
and starts the server in the background, from the last good release. There is no such command for real mode. Other machines
that use the same database have to be stopped before.

    payments reset local
    payments update dev && payments reset dev --yes`
}

func (c resetCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if string(cfg.Mode) != c.Mode || cfg.Mode == config.Real {
		return fmt.Errorf("this machine is in %s mode, not in %s: nothing was changed", cfg.Mode, c.Mode)
	}
	if !c.Yes && !p.confirms(cfg) {
		return errors.New("nothing was changed")
	}
	if err := (stopCommand{Timeout: c.Timeout}).Run(p); err != nil {
		return err
	}
	if err := p.emptyDatabase(cfg); err != nil {
		return err
	}
	if err := p.startInBackground(cfg, c.Timeout); err != nil {
		return err
	}
	return p.addSamples(cfg)
}

// confirms asks a person, on the terminal.
func (p *program) confirms(cfg *config.Config) bool {
	fmt.Fprintf(p.stdout, "All payments of %s mode in the database of %s will be lost. Type %s to go on: ", cfg.Mode, cfg.Home, cfg.Mode)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n') // nothing is no
	return strings.TrimSpace(answer) == string(cfg.Mode)
}

// emptyDatabase leaves a database with tables and nothing in them. The private one of local mode is made by the start.
func (p *program) emptyDatabase(cfg *config.Config) error {
	if cfg.Database.URL == "" {
		return os.RemoveAll(cfg.Path("postgres"))
	}
	url, err := ownerURL(p.ctx, cfg.Database)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(p.ctx, url)
	if err != nil {
		return fmt.Errorf("empty the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(p.ctx))
	if _, err := conn.Exec(p.ctx, "DROP SCHEMA IF EXISTS payments CASCADE"); err != nil {
		return fmt.Errorf("empty the database: %w", err)
	}
	return schemaCommand{}.Run(p)
}

// ownerURL is for what the workers' role may not do.
func ownerURL(ctx context.Context, database config.Database) (string, error) {
	if database.AdminURL == "" {
		return string(database.URL), nil
	}
	plan, err := provision.Look(ctx, provision.Options{AdminURL: string(database.AdminURL), WorkerURL: string(database.URL),
		ReaderPassword: string(database.ReaderPassword)})
	if err != nil {
		return "", err
	}
	return plan.MigrationURL(), nil
}
