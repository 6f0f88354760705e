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
// and the statement may be tried again. Whatever keeps us from connecting is one.
func isOutage(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &connect):
		return true
	case errors.As(err, &pg):
		return isPassing(pg.Code)
	case errors.As(err, &network), errors.Is(err, net.ErrClosed):
		return true
	case errors.Is(err, context.DeadlineExceeded):
		return true
	}
	return strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed")
}

// readOnly is what a standby says to a write after a failover.
const readOnly = "25006"

// isPassing knows the codes of PostgreSQL's Appendix A that say nothing about the
// statement: the classes of connection exceptions, transaction rollbacks (a
// deadlock), insufficient resources and operator intervention (a shutdown, a
// query cancelled by statement_timeout), and the other time limits that an
// operator may have set.
func isPassing(code string) bool {
	switch code {
	case readOnly, "25P03", "25P04", "55P03": // idle_in_transaction_session_, transaction_ and lock_timeout
		return true
	}
	class := code[:2]
	return class == "08" || class == "40" || class == "53" || class == "57"
}

// leaveStandby closes a connection that leads to a standby, as pgconn does itself
// after fatal errors: the next one is made to whoever is the primary by then.
func leaveStandby(config *pgconn.Config) {
	keep := config.OnPgError
	config.OnPgError = func(conn *pgconn.PgConn, err *pgconn.PgError) bool {
		return err.Code != readOnly && keep(conn, err)
	}
}
