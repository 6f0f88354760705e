// Package dbtest gives every test that asks a fresh, empty PostgreSQL database of
// its own, on a machine with nothing prepared. It will not migrate it: what is in
// the database is up to the test.
//
// All packages of one `go test` share one private server (package localdb). It is
// kept by a host: a copy of the first test binary that needed it, started in the
// background.
//
//	test process ──connection──▶ host ──▶ PostgreSQL     in $TMPDIR/payments-test-<uid>
//	      └── go command ◀──watches──┘
//
// A test process holds a connection to the host until it dies, whatever kills it.
// When no process holds one and the go commands behind them are gone, the host
// stops PostgreSQL, removes the folder and ends. A host that was killed leaves
// both; the next one takes them over.
//
// TEST_DATABASE_URL, where set, names a server to use instead; its role must be
// allowed to create databases.
package dbtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/localdb"
)

// dropTimeout bounds the removal of a database, for which a test's own context
// is over already.
const dropTimeout = 30 * time.Second

// New returns the URL of an empty database, which is dropped at the end of the
// test. Where PostgreSQL is not installed the test is skipped, or fails when CI
// is set.
func New(t testing.TB) (databaseURL string) {
	t.Helper()
	server, err := connectOnce()
	if errors.Is(err, localdb.ErrNoPrograms) && os.Getenv("CI") == "" {
		t.Skipf("needs a database: %v", err)
	}
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	name := newName(time.Now())
	if err := execute(t.Context(), server.url, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		if err := execute(ctx, server.url, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("test database: %v", err)
		}
	})
	return inServer(server.url, name)
}

// connectOnce returns the same server for the whole process.
var connectOnce = sync.OnceValues(func() (server, error) {
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		return server{url: given}, dropAbandoned(given, time.Now())
	}
	return joinHost(hostDir())
})

func execute(ctx context.Context, serverURL, statement string) error {
	conn, err := pgx.Connect(ctx, serverURL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// inServer is the URL of a database in the server of another URL.
func inServer(serverURL, database string) string {
	u, err := url.Parse(serverURL)
	if err != nil {
		panic("dbtest: connected to an URL that does not parse") // pgx parsed it
	}
	u.Path = "/" + database
	return u.String()
}

// A database is named after the second it was made in, so that abandoned ones can
// be told in a server that outlives the tests.
const (
	namePrefix     = "payments_test_"
	abandonedAfter = 2 * time.Hour
)

func newName(now time.Time) string {
	return fmt.Sprintf("%s%d_%s", namePrefix, now.Unix(), strings.ToLower(rand.Text()[:10]))
}

func abandoned(name string, now time.Time) bool {
	rest, ours := strings.CutPrefix(name, namePrefix)
	made, _, _ := strings.Cut(rest, "_")
	seconds, err := strconv.ParseInt(made, 10, 64)
	return ours && err == nil && now.Sub(time.Unix(seconds, 0)) > abandonedAfter
}

// dropAbandoned drops what killed test processes left in a server that outlives
// them.
func dropAbandoned(serverURL string, now time.Time) error {
	ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, serverURL)
	if err != nil {
		return fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	defer conn.Close(ctx)

	rows, _ := conn.Query(ctx, "SELECT datname::text FROM pg_database") // its error is CollectRows' too
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list databases: %w", err)
	}
	for _, name := range names {
		if !abandoned(name, now) {
			continue
		}
		if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
			return fmt.Errorf("drop abandoned %s: %w", name, err)
		}
	}
	return nil
}
