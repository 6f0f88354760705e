package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/provision"
	"github.com/samchon/payments-server/internal/store"
)

type schemaCommand struct {
	AdminURL string `help:"The server as a role that may create roles and databases; DATABASE_ADMIN_URL says the same, unseen by ps." placeholder:"URL"`
	DryRun   bool   `help:"Print the SQL that would run, and change nothing. Passwords are not in it."`
}

func (schemaCommand) Help() string {
	return `Creates or migrates the tables of the server and of its job queue in DATABASE_URL. It may run
while an older version serves, and again at any time. In local mode "payments start" does it.

With an admin's URL it prepares the PostgreSQL server, too: the database and the user that DATABASE_URL
names, a role that owns the tables, and one that may only read. The workers' user can then alter nothing.

    DATABASE_URL=postgres://… payments schema
    payments schema --admin-url postgres://postgres@db/postgres --dry-run`
}

func (c schemaCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if cfg.Database.URL == "" {
		return errors.New("DATABASE_URL is not set; the private PostgreSQL of local mode is migrated by `payments start`")
	}
	cfg.Database.AdminURL = cmp.Or(config.Secret(c.AdminURL), cfg.Database.AdminURL)
	if cfg.Database.AdminURL != "" {
		return c.provision(p, cfg.Database)
	}
	if c.DryRun {
		return p.showMigrations(string(cfg.Database.URL))
	}
	err = store.Migrate(p.ctx, string(cfg.Database.URL))
	if refused := new(pgconn.PgError); errors.As(err, &refused) && refused.Code == insufficientPrivilege {
		return fmt.Errorf("%w: the user of DATABASE_URL does not own the tables; give an admin's URL, see `payments schema --help`", err)
	}
	if err != nil {
		return err
	}
	return p.migrated()
}

// insufficientPrivilege: https://www.postgresql.org/docs/current/errcodes-appendix.html
const insufficientPrivilege = "42501"

func (c schemaCommand) provision(p *program, database config.Database) error {
	plan, err := provision.Look(p.ctx, provision.Options{
		AdminURL: string(database.AdminURL), WorkerURL: string(database.URL), ReaderPassword: string(database.ReaderPassword),
	})
	if err != nil {
		return err
	}
	if c.DryRun {
		return p.showPlan(plan)
	}
	if err := plan.Prepare(p.ctx); err != nil {
		return err
	}
	if err := store.Migrate(p.ctx, plan.MigrationURL()); err != nil {
		return err
	}
	if err := plan.Grant(p.ctx); err != nil {
		return err
	}
	return p.migrated()
}

func (p *program) showPlan(plan *provision.Plan) error {
	if err := plan.WriteBefore(p.stdout); err != nil {
		return err
	}
	if err := p.showMigrations(plan.MigrationURL()); err != nil {
		return err
	}
	return plan.WriteAfter(p.stdout)
}

func (p *program) showMigrations(url string) error {
	pending, err := store.Pending(p.ctx, url)
	if err != nil {
		return err
	}
	if len(pending) == 0 {
		fmt.Fprintln(p.stdout, "\n-- migrations: none, the schema is current")
	}
	for _, m := range pending {
		fmt.Fprintf(p.stdout, "\n-- migration %s, as the owner of the tables\n%s\n", m.Name, m.SQL)
	}
	return nil
}

func (p *program) migrated() error {
	_, err := fmt.Fprintln(p.stdout, "the database has this build's schema")
	return err
}
