package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/samchon/payments-server/internal/payment"
)

// translate gives the domain's names to what PostgreSQL says.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return payment.ErrNotFound
	case isUniqueViolation(err):
		return fmt.Errorf("%w: %w", payment.ErrDuplicate, err)
	case isOutage(err):
		return fmt.Errorf("%w: %w", payment.ErrUnavailable, err)
	}
	return err
}

func isUniqueViolation(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}

// isVictim reports whether a transaction was rolled back for the sake of others, and
// would do if it were begun anew: serialization_failure, deadlock_detected. Ours take
// their locks in one order, but not all who lock are ours: River moves its jobs by the
// batch, and an operator may lock tables.
func isVictim(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// isOutage recognises a database that is away or failing over: it will be back,
// and the statement may be tried again.
func isOutage(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg):
		// Classes of PostgreSQL's Appendix A: connection exception, transaction
		// rollback (a deadlock), insufficient resources, operator intervention
		// (shutdown, query cancelled by statement_timeout), and writing on a
		// standby after a failover.
		class := pg.Code[:2]
		return class == "08" || class == "40" || class == "53" || class == "57" || pg.Code == "25006"
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, net.ErrClosed):
		return true
	case errors.Is(err, context.DeadlineExceeded):
		return true
	}
	return strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed")
}
