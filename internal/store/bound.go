package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// patience bounds each statement on our side, the wait for a connection
// included. The server's own statement_timeout is of no use when the network
// swallows what it says, and a request must not hang for it.
const patience = 5 * time.Second

// bounded runs each statement on its own, within patience.
type bounded struct{ pool *pgxpool.Pool }

func (b bounded) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return b.pool.Exec(ctx, sql, args...)
}

func (b bounded) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	rows, err := b.pool.Query(ctx, sql, args...)
	return boundedRows{rows, cancel}, err
}

func (b bounded) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	ctx, cancel := context.WithTimeout(ctx, patience)
	return boundedRow{b.pool.QueryRow(ctx, sql, args...), cancel}
}

// boundedRows end their bound when they are closed, which pgx wants in any case.
type boundedRows struct {
	pgx.Rows
	cancel context.CancelFunc
}

func (r boundedRows) Close() {
	defer r.cancel()
	r.Rows.Close()
}

// boundedRow ends its bound when it is read.
type boundedRow struct {
	pgx.Row
	cancel context.CancelFunc
}

func (r boundedRow) Scan(into ...any) error {
	defer r.cancel()
	return r.Row.Scan(into...)
}
