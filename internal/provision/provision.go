package provision

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/samchon/payments-server/internal/schemalock"
)

// schema is where all our tables are, and River's.
const schema = "payments"

// Options say what is wanted.
type Options struct {
	// AdminURL names a role that may create roles and databases, in a database that exists.
	AdminURL string
	// WorkerURL is what the workers connect by: its role, password and database are what is made. Without a password
	// the role's is left alone.
	WorkerURL string
	// ReaderPassword is left alone, too, when it is empty; nobody can then log in as the reader by one.
	ReaderPassword string
}

// Plan is what brings a server to the wanted state.
type Plan struct {
	admin         *pgx.ConnConfig
	adminURL      *url.URL
	database      string
	roles         roles
	server        []statement // in the admin's database
	inside, after []statement // in ours, before and after the migrations
}

type roles struct{ writer, worker, reader string }

// Look finds out what is missing, and changes nothing.
func Look(ctx context.Context, o Options) (*Plan, error) {
	p, worker, err := newPlan(o)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, p.admin)
	if err != nil {
		return nil, fmt.Errorf("connect as the admin: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	found, err := lookAtServer(ctx, conn, p.database, p.roles)
	if err != nil {
		return nil, fmt.Errorf("look at the server: %w", err)
	}
	if err := found.admits(p.roles); err != nil {
		return nil, err
	}
	passwords := map[string]string{p.roles.worker: worker.Password, p.roles.reader: o.ReaderPassword}
	if p.server, err = found.missing(p.database, p.roles, passwords); err != nil {
		return nil, err
	}
	contents := contents{public: true} // as a new database has
	if found.database {
		if contents, err = p.lookInside(ctx); err != nil {
			return nil, fmt.Errorf("look at the database %s: %w", p.database, err)
		}
	}
	p.inside, p.after = contents.missing(p.roles), rights(p.roles)
	return p, nil
}

func newPlan(o Options) (p *Plan, worker *pgx.ConnConfig, err error) {
	if worker, err = pgx.ParseConfig(o.WorkerURL); err != nil {
		return nil, nil, fmt.Errorf("read DATABASE_URL: %w", err)
	}
	p = &Plan{database: worker.Database, roles: roles{
		writer: worker.Database + "_writer", worker: worker.User, reader: worker.Database + "_reader",
	}}
	if p.database == "" || slices.Contains([]string{p.roles.writer, p.roles.reader}, p.roles.worker) {
		return nil, nil, fmt.Errorf("DATABASE_URL must name a database, and a role other than %s and %s", p.roles.writer, p.roles.reader)
	}
	if p.adminURL, err = url.Parse(o.AdminURL); err != nil {
		return nil, nil, errors.New("the admin's URL must look like postgres://user:password@host:5432/postgres") // its own error repeats it
	}
	if p.admin, err = pgx.ParseConfig(o.AdminURL); err != nil {
		return nil, nil, fmt.Errorf("read the admin's URL: %w", err)
	}
	return p, worker, nil
}

func (p *Plan) lookInside(ctx context.Context) (c contents, err error) {
	err = p.within(ctx, p.database, func(conn *pgx.Conn) error {
		c, err = lookAtContents(ctx, conn, p.roles)
		return err
	})
	return c, err
}

// Prepare makes the roles, the database and the schema, and gives what is in it to the writer.
func (p *Plan) Prepare(ctx context.Context) error {
	err := p.within(ctx, p.admin.Database, func(conn *pgx.Conn) error {
		if err := schemalock.Acquire(ctx, conn); err != nil {
			return err
		}
		for _, s := range p.server { // one by one: CREATE DATABASE is refused in a transaction
			if err := s.run(ctx, conn); err != nil && !made(err) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("prepare the server: %w", err)
	}
	return p.atOnce(ctx, p.inside)
}

// MigrationURL connects the admin to the database in the writer's name.
func (p *Plan) MigrationURL() string {
	u := *p.adminURL
	u.Path = "/" + p.database
	query := u.Query()
	query.Set("role", p.roles.writer) // a parameter that is not libpq's is a setting of the session
	u.RawQuery = query.Encode()
	return u.String()
}

// Grant gives worker and reader their rights, on what there is and on what the writer will make.
func (p *Plan) Grant(ctx context.Context) error { return p.atOnce(ctx, p.after) }

// atOnce changes the database in one transaction, so that workers that serve meanwhile miss no right. Two that grant at
// once would fail over each other's rows, and an owner does not change while an index is built.
func (p *Plan) atOnce(ctx context.Context, statements []statement) error {
	err := p.within(ctx, p.database, func(conn *pgx.Conn) error {
		if err := schemalock.Acquire(ctx, conn); err != nil {
			return err
		}
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			for _, s := range statements {
				if err := s.run(ctx, conn); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("prepare the database %s: %w", p.database, err)
	}
	return nil
}

// within does something as the admin, in a database.
func (p *Plan) within(ctx context.Context, database string, do func(*pgx.Conn) error) error {
	config := p.admin.Copy()
	config.Database = database
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return do(conn)
}

// made reports whether another process was faster. https://www.postgresql.org/docs/current/errcodes-appendix.html
func made(err error) bool {
	const duplicateObject, duplicateDatabase = "42710", "42P04"
	refused := new(pgconn.PgError)
	return errors.As(err, &refused) && (refused.Code == duplicateObject || refused.Code == duplicateDatabase)
}
