// Package schemalock lets one process change a database's schema at a time: its tables, their owners, or who may what.
package schemalock

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// key is PostgreSQL's advisory lock. Releases before this package wait for it, too.
const key = 0x7061796d656e7473 // "payments"

// pause is until one asks again whether another has ended.
const pause = 100 * time.Millisecond

// Acquire waits until nobody else has the lock of the connection's database. To close the connection releases it.
//
// It asks again and again, outside of any transaction: an index that is built concurrently waits for everybody's
// statements, also for one that waits for the lock of who builds it.
func Acquire(ctx context.Context, conn *pgx.Conn) error {
	for {
		var acquired bool
		err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(key)).Scan(&acquired)
		if err != nil || acquired {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
