package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/internal/porttest"
)

// rotation is a home whose database the original has used, and whose configuration
// has a new key for histories in front of the original's.
func rotation(t *testing.T) (env map[string]string) {
	t.Helper()
	env = map[string]string{"PAYMENTS_HOME": t.TempDir(), "DATABASE_URL": originalDatabase(t), "ADMIN_PORT": porttest.Free(t)}
	migrate(t, env)
	published := config.NewLocal().AtRest.History
	file := "at_rest:\n  history:\n    key: " + newHistoryKey + "\n    iv: new-iv-new-iv-16\n" +
		"    previous: [{key: \"" + string(published.Key) + "\", iv: \"" + string(published.IV) + "\"}]\n"
	if err := os.WriteFile(filepath.Join(env["PAYMENTS_HOME"], "payments.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return env
}

const newHistoryKey = "new-key-new-key-new-key-new-key-"

// originalDatabase is one that the original has used, and nobody has migrated.
func originalDatabase(t *testing.T) (url string) {
	t.Helper()
	script, err := os.ReadFile("internal/store/testdata/original.sql")
	if err != nil {
		t.Fatal(err)
	}
	url = dbtest.New(t)
	query(t, url, string(script)+"SELECT 1")
	return url
}

func migrate(t *testing.T, env map[string]string) {
	t.Helper()
	if _, err := invoke(t, env, "schema"); err != nil {
		t.Fatal(err)
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()

	t.Run("TellsWhatItDid", func(t *testing.T) {
		t.Parallel()
		env := rotation(t)
		for _, c := range []struct {
			args            []string
			header, history string
		}{
			{[]string{"keys", "rotate", "--dry-run"}, "VALUES ROWS TO RE-SEAL ALREADY CURRENT UNREADABLE", "payment_histories.data 3 3 0 0"},
			{[]string{"keys", "rotate"}, "VALUES ROWS RE-SEALED ALREADY CURRENT UNREADABLE", "payment_histories.data 3 3 0 0"},
			{[]string{"keys", "rotate", "--dry-run"}, "VALUES ROWS TO RE-SEAL ALREADY CURRENT UNREADABLE", "payment_histories.data 3 0 3 0"},
		} {
			out, err := invoke(t, env, c.args...)
			if err != nil {
				t.Fatal(err)
			}
			lines := words(out)
			if len(lines) != 10 || lines[0] != c.header || lines[1] != c.history {
				t.Errorf("%v prints\n%s\nwant %q and %q", c.args, out, c.header, c.history)
			}
		}
		env["PAYMENTS_HOME"] = t.TempDir() // without the file that has both keys
		env["DB_HISTORY_ENCRYPTION_KEY"], env["DB_HISTORY_ENCRYPTION_IV"] = newHistoryKey, "new-iv-new-iv-16"
		if _, err := invoke(t, env, "keys", "rotate", "--dry-run"); err != nil {
			t.Errorf("without the replaced key: %v", err)
		}
	})

	t.Run("FailsForWhatItCannotOpen", func(t *testing.T) {
		t.Parallel()
		env := rotation(t)
		env["DB_RESERVATION_ENCRYPTION_KEY"], env["DB_RESERVATION_ENCRYPTION_IV"] = newHistoryKey, "new-iv-new-iv-16"
		out, err := invoke(t, env, "keys", "rotate")
		if err == nil || !strings.Contains(err.Error(), "payment_reservations.data of 5e5e5e5e-5e5e-4e5e-8e5e-5e5e5e5e5e01") {
			t.Errorf("rotate says %v, want the row of what it cannot open", err)
		}
		if lines := words(out); lines[1] != "payment_histories.data 3 3 0 0" || lines[2] != "payment_reservations.data 1 0 0 1" {
			t.Errorf("rotate prints\n%s", out)
		}
	})

	t.Run("FindsThePrivateDatabaseAndWaitsForAReload", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t) // skips without PostgreSQL
		s := newSystem(t)
		s.refuses(t, "no server runs", "keys", "rotate")
		s.mustExec(t, "start", "--daemon")
		if out := s.mustExec(t, "keys", "rotate"); words(out)[1] != "payment_histories.data 0 0 0 0" {
			t.Errorf("rotate prints\n%s", out)
		}
		file := filepath.Join(s.home, "payments.yaml")
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(content, "workers: 1\n"...), 0o600); err != nil {
			t.Fatal(err)
		}
		s.refuses(t, "payments reload", "keys", "rotate")
		s.mustExec(t, "keys", "rotate", "--dry-run")
		s.mustExec(t, "reload")
		await(t, "the workers that know the old file only are gone", func() bool {
			_, status := s.exec(t, "keys", "rotate")
			return status == 0
		})
	})
}

// words are the lines of a table, with one blank between columns.
func words(table string) (lines []string) {
	for line := range strings.Lines(table) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}
