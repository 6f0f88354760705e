package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

// TestHandbook runs what docs/operations.md says about databases, keys and webhooks,
// in its order, on a database that the original has used.
func TestHandbook(t *testing.T) {
	t.Parallel()
	database := originalDatabase(t) // before the system, and so dropped after it has stopped
	s := newSystem(t)
	s.env = append(s.env, "DATABASE_URL="+database, "PATH="+filepath.Dir(s.binary)+":"+os.Getenv("PATH"))
	text, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, heading := range []string{"Taking over the original's database", "Rotating keys", "Dead letters"} {
		section := regexp.MustCompile(`(?s)\n## ` + heading + `\n(.*?)(\n## |$)`).FindSubmatch(text)
		if section == nil {
			t.Fatalf("there is no section %q", heading)
		}
		for _, command := range regexp.MustCompile(`(?m)^ *(payments .*)$`).FindAllSubmatch(section[1], -1) {
			ran++
			s.shell(t, string(command[1]))
		}
	}
	if ran < 10 {
		t.Errorf("found %d commands, want all", ran)
	}
}

// TestHandbook_Restores dumps a database that is served, and serves what came out of the dump.
func TestHandbook_Restores(t *testing.T) {
	t.Parallel()
	lost, restored := originalDatabase(t), dbtest.New(t)
	needDump(t)
	text, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(?s)\n## Backing up and restoring\n(.*?)\n## `).FindSubmatch(text)
	if section == nil {
		t.Fatal("there is no section about it")
	}
	script := "set -e\ncd \"$PAYMENTS_HOME\"\n"
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(section[1], -1) {
		script += string(block[1])
	}

	s := newSystem(t)
	s.env = append(s.env, "DATABASE_URL="+lost, "READER_URL="+lost, "RESTORED_URL="+restored,
		"PATH="+filepath.Dir(s.binary)+":"+os.Getenv("PATH"))
	s.mustExec(t, "schema")
	s.mustExec(t, "start", "--daemon")
	s.shell(t, script)
	const count = "SELECT count(*)::text FROM payments.payment_histories"
	if have, want := query(t, restored, count), query(t, lost, count); have != want || want == "0" {
		t.Errorf("%s records were restored, want all %s", have, want)
	}
	if !s.healthy() {
		t.Error("the API is not healthy on the restored database")
	}
}

func needDump(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("pg_dump")
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatal("pg_dump is missing, and CI must not skip this")
	default:
		t.Skip("put pg_dump and pg_restore into PATH to try what docs/operations.md says about restoring")
	}
}

// shell runs a line as a person types it.
func (s *system) shell(t *testing.T, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Env = s.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", line, err, out)
	}
}
