// Package store keeps the payment records in PostgreSQL. It seals every sensitive
// value on the way in and opens it on the way out, so nobody above it holds a key
// and nobody below it sees a payment. It decides nothing about payments.
package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxuuid "github.com/vgarvardt/pgx-google-uuid/v5"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/queue"
	"github.com/samchon/payments-server/internal/seal"
	"github.com/samchon/payments-server/internal/store/sqlcgen"
	"github.com/samchon/payments-server/internal/together"
)

// statementTimeout bounds each statement at the server. Ours are look-ups by key
// and single-row writes; one that takes this long waits for something broken.
const statementTimeout = 10 * time.Second

// maxConnections is for one worker, requests and jobs together. Two generations
// of two workers stay below PostgreSQL's own default of 100. The URL may say
// otherwise by pool_max_conns.
const maxConnections = 16

// Reads by id that come at the same time go as one statement: most of what a small
// read costs, here and in PostgreSQL, is the round trip. A second lane, lest one
// statement that hangs holds up everybody: it opens after slowRead.
const (
	atOnce   = 64
	lanes    = 2
	slowRead = 20 * time.Millisecond
)

// Keys seals each kind of item under its own keyring.
type Keys struct {
	History, Reservation, Cancel, Webhook *seal.Keyring
}

// Store implements payment.Store.
type Store struct {
	// Settled, where set, is told of each intent that was settled here, with the state that it came to. Set it before use.
	Settled func(payment.IntentState)

	pool      *pgxpool.Pool
	queries   *sqlcgen.Queries
	jobs      *queue.Client
	keys      Keys
	histories together.Trips[uuid.UUID, foundHistory]
	// maxEarly is maxEarlyWebhooks, outside of tests.
	maxEarly int64
}

var _ payment.Store = (*Store)(nil)

// Open connects to the database. It does not migrate: see Migrate and CheckSchema.
func Open(ctx context.Context, databaseURL string, keys Keys) (*Store, error) {
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	config.ConnConfig.RuntimeParams["statement_timeout"] = fmt.Sprint(statementTimeout.Milliseconds())
	if !strings.Contains(databaseURL, "pool_max_conns") {
		config.MaxConns = maxConnections
	}
	// A prepared plan is kept, and many are made while the tables are empty: then it looks best to read all of one, or all
	// that an index has, and to sort it. Ours take a few rows by an index. The price: an OR over two indexes reads the table.
	config.ConnConfig.RuntimeParams["enable_seqscan"] = "off"
	config.ConnConfig.RuntimeParams["enable_bitmapscan"] = "off"
	config.ConnConfig.RuntimeParams["application_name"] = "payments worker"
	config.ConnConfig.Tracer = spans{}
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	leaveStandby(&config.ConnConfig.Config)
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		pgxuuid.Register(conn.TypeMap()) // without it, each id becomes a text, and an error on the way
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	jobs, err := queue.NewInserter(pool)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open job queue: %w", err)
	}
	s := &Store{pool: pool, queries: sqlcgen.New(bounded{pool}), jobs: jobs, keys: keys, maxEarly: maxEarlyWebhooks}
	s.histories.Most, s.histories.Lanes, s.histories.Slow, s.histories.Do = atOnce, lanes, slowRead, s.findHistories
	return s, nil
}

// Close waits until every connection is returned, and closes them.
func (s *Store) Close() { s.pool.Close() }

// Pool is the connection pool, for the job queue's workers.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return translate(s.pool.Ping(ctx))
}

// victimPause is for the others of a deadlock to end first. It doubles each time.
const victimPause = 50 * time.Millisecond

// transaction commits what do wrote, or nothing, within patience. do may be called
// again, after PostgreSQL has chosen it to end a deadlock with; so it writes to
// nothing but tx and what it sets anew each time.
func (s *Store) transaction(ctx context.Context, do func(tx pgx.Tx, q *sqlcgen.Queries) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pause := victimPause; ; pause *= 2 {
		err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return do(tx, s.queries.WithTx(tx)) })
		if !isVictim(err) {
			return translate(err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return translate(err)
		}
	}
}
