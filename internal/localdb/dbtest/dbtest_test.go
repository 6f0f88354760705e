package dbtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

func TestNew(t *testing.T) {
	t.Parallel()

	t.Run("GivesAnEmptyDatabase", func(t *testing.T) {
		t.Parallel()
		conn := connect(t, dbtest.New(t))
		tables := queryInt(t, conn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
		if tables != 0 {
			t.Errorf("new database has %d tables", tables)
		}
	})

	t.Run("GivesEveryTestItsOwn", func(t *testing.T) {
		t.Parallel()
		if first, second := dbtest.New(t), dbtest.New(t); first == second {
			t.Errorf("two calls gave the same database %s", first)
		}
	})

	t.Run("DropsItAtTheEnd", func(t *testing.T) {
		t.Parallel()
		conn := connect(t, dbtest.New(t))
		var name string
		t.Run("test", func(t *testing.T) {
			own := connect(t, dbtest.New(t)) // open until then, too
			if err := own.QueryRow(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
				t.Fatal(err)
			}
		})
		if queryInt(t, conn, "SELECT count(*) FROM pg_database WHERE datname = $1", name) != 0 {
			t.Errorf("database %s is there after its test", name)
		}
	})
}

// TestHost drives whole test processes, each group with a host of its own.
func TestHost(t *testing.T) {
	t.Parallel()
	dbtest.New(t) // skips without PostgreSQL

	t.Run("IsSharedAndLeavesNothing", func(t *testing.T) {
		t.Parallel()
		tmp := newTemp(t)
		first, second := startChild(t, tmp), startChild(t, tmp)
		started := first.startTime(t)
		if also := second.startTime(t); started != also {
			t.Errorf("two test processes use servers started at %s and %s", started, also)
		}
		if err := first.end(); err != nil {
			t.Error(err)
		}
		if still := second.startTime(t); started != still {
			t.Errorf("server started at %s was replaced by one started at %s", started, still)
		}
		if err := second.end(); err != nil {
			t.Error(err)
		}
		waitForNothing(t, tmp)
	})

	t.Run("LeavesNothingAfterKilledTests", func(t *testing.T) {
		t.Parallel()
		tmp := newTemp(t)
		c := startChild(t, tmp)
		c.startTime(t)
		c.kill(t)
		waitForNothing(t, tmp)
	})

	t.Run("StaysBetweenThePackagesOfAGoCommand", func(t *testing.T) {
		t.Parallel()
		tmp := newTemp(t)
		goCommand := startGoCommand(t, tmp)
		started := goCommand.nextLine(t, "20")
		goCommand.nextLine(t, "done") // its first test process, that is
		staysFor(t, 10*looks, "the host", func() bool { return hostOf(t, tmp) != nil })
		second := startChild(t, tmp)
		if still := second.startTime(t); started != still {
			t.Errorf("server started at %s was replaced by one started at %s", started, still)
		}
		if err := errors.Join(goCommand.end(), second.end()); err != nil {
			t.Error(err)
		}
		waitForNothing(t, tmp)
	})

	t.Run("IsReplacedAfterItWasKilled", func(t *testing.T) {
		t.Parallel()
		tmp := newTemp(t)
		first := startChild(t, tmp)
		started := first.startTime(t)
		if err := hostOf(t, tmp).Kill(); err != nil {
			t.Fatal(err)
		}
		first.kill(t)

		second := startChild(t, tmp)
		if taken := second.startTime(t); taken != started {
			t.Errorf("server started at %s was left behind for one started at %s", started, taken)
		}
		if err := second.end(); err != nil {
			t.Error(err)
		}
		waitForNothing(t, tmp)
	})
}

// TestNew_WithoutPostgreSQL drives a test process whose host, played by the test,
// says that PostgreSQL is not installed.
func TestNew_WithoutPostgreSQL(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ ci, want string }{
		"Skips":     {ci: "", want: "--- SKIP: TestChild"},
		"FailsInCI": {ci: "true", want: "--- FAIL: TestChild"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp := newTemp(t)
			playHost(t, tmp, "missing nothing to be found")
			out, _ := childCommand(t, tmp, "CI="+test.ci).CombinedOutput() // its exit status is in the output
			if text := string(out); !strings.Contains(text, test.want) || !strings.Contains(text, "nothing to be found") {
				t.Errorf("output is %q, want %q and the reason", text, test.want)
			}
		})
	}
}

func TestNew_UsesAGivenServer(t *testing.T) {
	t.Parallel()
	given := dbtest.New(t)
	conn := connect(t, given)
	old := "payments_test_1000000000_abandoned"
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+old); err != nil {
		t.Fatal(err)
	}
	tmp := newTemp(t)
	child := childCommand(t, tmp, "TEST_DATABASE_URL="+given)
	child.Stdin = strings.NewReader("\n")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var started string
	if err := conn.QueryRow(t.Context(), "SELECT pg_postmaster_start_time()::text").Scan(&started); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), started) {
		t.Errorf("child used a server other than the given one: %s", out)
	}
	if queryInt(t, conn, "SELECT count(*) FROM pg_database WHERE datname = $1", old) != 0 {
		t.Errorf("%s, abandoned in 2001, is there still", old)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func queryInt(t *testing.T, conn *pgx.Conn, question string, args ...any) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), question, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
