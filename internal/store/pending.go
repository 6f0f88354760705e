package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/samchon/payments-server/internal/queue"
)

// Change is one pending migration, ours or River's, as it is shown.
type Change struct{ Name, SQL string }

// Pending lists what Migrate would do, and changes nothing. A database that does not exist lacks everything.
func Pending(ctx context.Context, databaseURL string) ([]Change, error) {
	const noDatabase = "3D000" // https://www.postgresql.org/docs/current/errcodes-appendix.html
	conn, err := pgx.Connect(ctx, databaseURL)
	if refused := new(pgconn.PgError); errors.As(err, &refused) && refused.Code == noDatabase {
		return pending(nil, nil)
	}
	if err != nil {
		return nil, translate(fmt.Errorf("connect to look at the schema: %w", err))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return lackingOf(ctx, conn)
}

func lackingOf(ctx context.Context, db asker) ([]Change, error) {
	tables, err := appliedTables(ctx, db)
	if err != nil {
		return nil, err
	}
	jobs, err := versions(ctx, db, "payments.river_migration", "SELECT version FROM payments.river_migration")
	if err != nil {
		return nil, err
	}
	return pending(tables, jobs)
}

// asker is a connection, or a pool of them.
type asker interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func appliedTables(ctx context.Context, db asker) ([]int64, error) {
	return versions(ctx, db, "payments.schema_migrations", "SELECT version_id FROM payments.schema_migrations WHERE is_applied")
}

// versions are those that a table of versions has, if it is there.
func versions(ctx context.Context, db asker, table, query string) ([]int64, error) {
	var exists bool
	if err := db.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&exists); err != nil || !exists {
		return nil, err
	}
	rows, _ := db.Query(ctx, query) // its error is CollectRows' too
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func pending(tables, jobs []int64) ([]Change, error) {
	lacking, err := pendingTables(tables)
	if err != nil {
		return nil, err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(nil), &rivermigrate.Config{Schema: queue.Schema})
	if err != nil {
		return nil, err
	}
	for _, m := range migrator.AllVersions() {
		if !slices.Contains(jobs, int64(m.Version)) {
			lacking = append(lacking, Change{
				Name: fmt.Sprintf("job queue %d: %s", m.Version, m.Name),
				SQL:  strings.ReplaceAll(m.SQLUp, "/* TEMPLATE: schema */", queue.Schema+"."),
			})
		}
	}
	return lacking, nil
}

func pendingTables(applied []int64) ([]Change, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var lacking []Change
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return nil, err
		}
		if slices.Contains(applied, version) {
			continue
		}
		text, err := fs.ReadFile(migrations, file)
		if err != nil {
			return nil, err
		}
		lacking = append(lacking, Change{Name: path.Base(file), SQL: string(text)})
	}
	return lacking, nil
}
