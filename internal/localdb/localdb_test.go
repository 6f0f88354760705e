package localdb_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/localdb"
)

func TestEnsure(t *testing.T) {
	t.Parallel()

	t.Run("KeepsDataAndURLAcrossStop", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		first := ensure(t, dir)
		exec(t, first, "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')")
		stop(t, dir)

		second := ensure(t, dir)
		if got := query(t, second, "SELECT text FROM note"); got != "kept" {
			t.Errorf("after a restart the table holds %q, want %q", got, "kept")
		}
		if first.URL("postgres") != second.URL("postgres") {
			t.Errorf("URL changed from %s to %s", first.URL("postgres"), second.URL("postgres"))
		}
	})

	t.Run("AdoptsARunningServer", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		before := query(t, ensure(t, dir), "SELECT pg_postmaster_start_time()::text")
		after := query(t, ensure(t, dir), "SELECT pg_postmaster_start_time()::text")
		if before != after {
			t.Errorf("server started at %s was replaced by one started at %s", before, after)
		}
	})

	t.Run("LetsOneOfManyCallersStart", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		ensure(t, dir) // skips without PostgreSQL, stops the server at the end
		stop(t, dir)
		var urls [4]string
		var errs [4]error
		var callers sync.WaitGroup
		for i := range urls {
			callers.Go(func() {
				server, err := localdb.Ensure(t.Context(), localdb.Options{Dir: dir, Throwaway: true})
				if err != nil {
					errs[i] = err
					return
				}
				urls[i] = server.URL("postgres")
			})
		}
		callers.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		for _, url := range urls {
			if url != urls[0] {
				t.Errorf("callers got different servers: %q", urls)
			}
		}
	})

	t.Run("RecoversAfterKill", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		durable := ensureWith(t, localdb.Options{Dir: dir})
		exec(t, durable, "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')")
		if err := syscall.Kill(postmasterPID(t, dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if got := query(t, ensure(t, dir), "SELECT text FROM note"); got != "kept" {
			t.Errorf("after kill -9 the table holds %q, want %q", got, "kept")
		}
	})

	t.Run("MovesToAnotherPortWhenItsOwnIsTaken", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		address := ensure(t, dir).Address()
		stop(t, dir)
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		if got := ensure(t, dir).Address(); got == address {
			t.Errorf("server says it listens on %s, which the test holds", got)
		}
	})

	t.Run("FindsAPlaceForTheSocketOfALongPath", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(newDir(t), strings.Repeat("long", 30))
		server := ensure(t, dir)
		socketDir := query(t, server, "SHOW unix_socket_directories")
		stop(t, dir)
		if _, err := os.Stat(socketDir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("socket folder %s after Stop: %v, want it gone", socketDir, err)
		}
	})

	t.Run("WorksBelowAFolderClosedToItsAccount", func(t *testing.T) {
		t.Parallel()
		closed := filepath.Join(newDir(t), "closed")
		if err := os.Mkdir(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(closed, "postgres")
		exec(t, ensure(t, dir), "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')", "SELECT pg_reload_conf()")
		stop(t, dir)
		if got := query(t, ensure(t, dir), "SELECT text FROM note"); got != "kept" {
			t.Errorf("after a restart the table holds %q, want %q", got, "kept")
		}
	})

	t.Run("TakesPathsAsTheyAre", func(t *testing.T) {
		t.Parallel()
		ensure(t, filepath.Join(newDir(t), "it's a, strange one"))
	})

	t.Run("BeginsAnewAfterAnInterruptedInitdb", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		if err := os.MkdirAll(filepath.Join(dir, "data.unfinished", "base"), 0o700); err != nil {
			t.Fatal(err)
		}
		ensure(t, dir)
	})
}

func TestEnsure_Refuses(t *testing.T) {
	t.Parallel()

	t.Run("AFolderItCannotMake", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(newDir(t), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		wantError(t, filepath.Join(file, "postgres"), "not a directory")
	})

	t.Run("DataOfAVersionThatIsNotInstalled", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		ensure(t, dir)
		stop(t, dir)
		if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("8\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		wantError(t, dir, "version 8, which made the data")
	})

	t.Run("DataWithoutItsPassword", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		ensure(t, dir)
		stop(t, dir)
		if err := os.Remove(filepath.Join(dir, "pgpass")); err != nil {
			t.Fatal(err)
		}
		wantError(t, dir, "its password is not")
	})

	t.Run("DamagedDataInOneLine", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		ensure(t, dir)
		stop(t, dir)
		if err := os.Remove(filepath.Join(dir, "data", "global", "pg_control")); err != nil {
			t.Fatal(err)
		}
		wantError(t, dir, "could not find the database system")
	})
}

func TestServer_KeepsStrangersOut(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	server := ensure(t, dir)

	t.Run("ByPassword", func(t *testing.T) {
		t.Parallel()
		guess := fmt.Sprintf("postgres://payments:guess@%s/postgres", server.Address())
		conn, err := pgx.Connect(t.Context(), guess)
		if err == nil {
			_ = conn.Close(t.Context())
			t.Fatal("a guessed password opened the loopback port")
		}
		if !strings.Contains(err.Error(), "password authentication failed") {
			t.Errorf("refused with %v, want a refused password", err)
		}
	})

	t.Run("ByMode", func(t *testing.T) {
		t.Parallel()
		for path, want := range map[string]os.FileMode{"": 0o700, "data": 0o700, "run": 0o700, "pgpass": 0o600, "log": 0o600} {
			info, err := os.Stat(filepath.Join(dir, path))
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != want {
				t.Errorf("mode of %s is %o, want %o", info.Name(), got, want)
			}
		}
	})
}

func TestCreateDatabase_MayBeRepeated(t *testing.T) {
	t.Parallel()
	server := ensure(t, newDir(t))
	for range 2 {
		if err := server.CreateDatabase(t.Context(), `a "name"`); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStop(t *testing.T) {
	t.Parallel()

	t.Run("LeavesNoProcess", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		ensure(t, dir)
		pid := postmasterPID(t, dir)
		stop(t, dir)
		if err := syscall.Kill(pid, 0); err == nil && !strings.Contains(status(pid), "zombie") {
			t.Errorf("process %d is there after Stop", pid)
		}
	})

	t.Run("DoesNothingWhereNothingRuns", func(t *testing.T) {
		t.Parallel()
		dir := newDir(t)
		stop(t, dir)
		stop(t, filepath.Join(dir, "missing"))
	})
}

// newDir is like t.TempDir, but the account that runs PostgreSQL for root may
// pass through it, and a server in it is stopped at the end of the test.
func newDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "localdb-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func ensure(t *testing.T, dir string) *localdb.Server {
	t.Helper()
	return ensureWith(t, localdb.Options{Dir: dir, Throwaway: true})
}

func ensureWith(t *testing.T, o localdb.Options) *localdb.Server {
	t.Helper()
	server, err := localdb.Ensure(t.Context(), o)
	if errors.Is(err, localdb.ErrNoPrograms) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return server
}

func stop(t *testing.T, dir string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := localdb.Stop(ctx, dir); err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, dir, part string) {
	t.Helper()
	server, err := localdb.Ensure(t.Context(), localdb.Options{Dir: dir, Throwaway: true})
	if err == nil {
		_ = server.Stop(t.Context())
		t.Fatalf("no error, want one with %q", part)
	}
	if text := err.Error(); !strings.Contains(text, part) || strings.Contains(text, "\n") {
		t.Errorf("error is %q, want one line with %q", text, part)
	}
}

func exec(t *testing.T, server *localdb.Server, statements ...string) {
	t.Helper()
	conn := connect(t, server)
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func query(t *testing.T, server *localdb.Server, question string) (answer string) {
	t.Helper()
	if err := connect(t, server).QueryRow(t.Context(), question).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func connect(t *testing.T, server *localdb.Server) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func postmasterPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// status is the state of a process in words, "" where there is no /proc.
func status(pid int) string {
	text, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	return string(text)
}
