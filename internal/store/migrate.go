package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/samchon/payments-server/internal/queue"
	"github.com/samchon/payments-server/internal/schemalock"
	"github.com/samchon/payments-server/internal/store/sqlcgen"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the database to this build's schema: our tables and River's. It
// may be called by several processes at once. On a current schema it only looks,
// which the workers' role may.
func Migrate(ctx context.Context, databaseURL string) error {
	if lacking, err := Pending(ctx, databaseURL); err != nil || len(lacking) == 0 {
		return err
	}
	pool, err := newMigrationPool(ctx, databaseURL)
	if err != nil {
		return fmt.Errorf("database URL: %w", err)
	}
	defer pool.Close()

	// One lock around both: goose can lock by itself, River's migrator cannot.
	lock, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return translate(fmt.Errorf("connect to migrate: %w", err))
	}
	defer lock.Close(context.WithoutCancel(ctx)) // and so unlock
	if err := schemalock.Acquire(ctx, lock); err != nil {
		return fmt.Errorf("lock migrations: %w", err)
	}
	if _, err := pool.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS payments"); err != nil {
		return fmt.Errorf("create schema: %w", err)
	}
	if err := migrateTables(ctx, pool); err != nil {
		return explainLock(err)
	}
	return explainLock(migrateQueue(ctx, pool))
}

// lockWait is how long a migration waits for a table. While it does, everybody else who wants that table waits behind it:
// a report that reads for an hour would stop the payments for as long, and a kill of the migration would not end that.
const lockWait = 3 * time.Second

func newMigrationPool(ctx context.Context, databaseURL string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf("SET lock_timeout = %d", lockWait.Milliseconds()))
		return err
	}
	return pgxpool.NewWithConfig(ctx, cfg)
}

func explainLock(err error) error {
	const lockNotAvailable = "55P03" // https://www.postgresql.org/docs/current/errcodes-appendix.html
	if refused := new(pgconn.PgError); errors.As(err, &refused) && refused.Code == lockNotAvailable {
		return fmt.Errorf("%w: a transaction has been in its way for more than %s; end it (see pg_stat_activity), or try later", err, lockWait)
	}
	return err
}

func migrateTables(ctx context.Context, pool *pgxpool.Pool) error {
	provider, err := newProvider(pool)
	if err != nil {
		return err
	}
	defer provider.Close()
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate tables: %w", err)
	}
	return declareReach(ctx, pool)
}

// declareReach writes down how far back this build's migrations reach, for builds that do not have them.
func declareReach(ctx context.Context, pool *pgxpool.Pool) error {
	schema, err := Schema()
	if err != nil {
		return err
	}
	q := sqlcgen.New(pool)
	for _, m := range schema {
		if err := q.DeclareReach(ctx, sqlcgen.DeclareReachParams{Version: m.Version, CompatibleWith: m.CompatibleWith}); err != nil {
			return fmt.Errorf("write down how far back migration %d reaches: %w", m.Version, err)
		}
	}
	return nil
}

func migrateQueue(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{
		Schema: queue.Schema, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate job queue: %w", err)
	}
	return dropSearchIndexes(ctx, pool)
}

// dropSearchIndexes drops the GIN indexes with which a person's tool searches jobs by their content. No statement of
// River's or ours reads them, each step of a job writes them, and they bloat until somebody rebuilds them
// (github.com/riverqueue/river/pull/718), which the workers' role may not.
func dropSearchIndexes(ctx context.Context, pool *pgxpool.Pool) error {
	for _, index := range []string{"river_job_args_index", "river_job_metadata_index"} {
		name := pgx.Identifier{queue.Schema, index}.Sanitize()
		if _, err := pool.Exec(ctx, "DROP INDEX CONCURRENTLY IF EXISTS "+name); err != nil {
			return fmt.Errorf("drop an index of the job queue: %w", err)
		}
	}
	return nil
}

// OpenCurrent opens a database and refuses one that lacks this build's schema.
func OpenCurrent(ctx context.Context, databaseURL string, keys Keys) (*Store, error) {
	s, err := Open(ctx, databaseURL, keys)
	if err != nil {
		return nil, err
	}
	if err := s.CheckSchema(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// OpenMigrated opens a database, and migrates it first where it lacks something of this build's schema.
func OpenMigrated(ctx context.Context, databaseURL string, keys Keys) (*Store, error) {
	s, err := Open(ctx, databaseURL, keys)
	if err != nil {
		return nil, err
	}
	lacking, err := lackingOf(ctx, s.pool)
	switch {
	case err != nil:
		err = translate(fmt.Errorf("look at the schema: %w", err))
	case len(lacking) > 0:
		err = Migrate(ctx, databaseURL)
	default:
		err = s.checkReach(ctx)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// CheckSchema reports whether the database has at least this build's schema. A
// newer one is fine as long as it reaches back to this build: migrations expand
// first and contract releases later, so two generations share a schema.
func (s *Store) CheckSchema(ctx context.Context) error {
	applied, err := appliedTables(ctx, s.pool)
	if err != nil {
		return translate(fmt.Errorf("read schema version: %w", err))
	}
	lacking, err := pendingTables(applied)
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return fmt.Errorf("the database lacks %q and this build needs it: run `payments schema`", lacking[0].Name)
	}
	return s.checkReach(ctx)
}

// checkReach refuses a database that builds later than this one have taken beyond it: the updater compares the two builds
// of an update, and two undone in a row may lead further back than either allows.
func (s *Store) checkReach(ctx context.Context) error {
	schema, err := Schema()
	if err != nil {
		return err
	}
	mine := schema[len(schema)-1].Version
	later, err := s.queries.ReachOfLater(ctx, mine)
	if err != nil {
		return translate(fmt.Errorf("read how far back the schema reaches: %w", err))
	}
	if later.CompatibleWith > mine {
		return fmt.Errorf("the database has schema %d, on which builds of schema %d and newer run, and this one is of schema %d: start a newer one",
			later.Version, later.CompatibleWith, mine)
	}
	return nil
}

func newProvider(pool *pgxpool.Pool) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), files,
		goose.WithTableName("payments.schema_migrations"))
}
