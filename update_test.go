package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

// The commands of one fleet, one after the other: who updates, who comes too late, who is killed, who changes his mind.
func TestUpdate_BelongsToItsCommand(t *testing.T) {
	t.Parallel()
	database := dbtest.New(t)
	s := newSystem(t)
	s.env = append(s.env, "DATABASE_URL="+database, "UPDATER_REMOTE="+repositoryThatBuildsForever(t))
	s.mustExec(t, "start", "--daemon")
	s.mustExec(t, "updater", "master", "--daemon")

	first := s.updating(t)
	if out, status := s.exec(t, "update", "local"); status != exitFailure || out != "payments: Already updating.\n" {
		t.Errorf("a second update ended with %d and %q", status, out)
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-first.done

	second := s.updating(t) // as soon as the machine has returned from the first
	if err := second.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-second.done
	if status := second.cmd.ProcessState.ExitCode(); status != exitFailure {
		t.Errorf("after Ctrl-C it ended with %d, want %d", status, exitFailure)
	}
	const last = "\npayments: the update was undone, every machine runs what it ran before: aborted by whoever asked for it\n"
	if said := second.out.String(); !strings.HasSuffix(said, last) {
		t.Errorf("after Ctrl-C it said %q", said)
	}

	journal := s.mustExec(t, "rollouts")
	for _, reason := range []string{"the command that asked for it is gone", "aborted by whoever asked for it"} {
		if strings.Count(journal, reason) != 1 {
			t.Errorf("%q is not once in the journal:\n%s", reason, journal)
		}
	}
	if !s.healthy() {
		t.Error("the API is not healthy after all that")
	}
}

// updating runs an update until its machine builds.
func (s *system) updating(t *testing.T) (f *foreground) {
	t.Helper()
	await(t, "the machine builds", func() bool {
		if f == nil {
			f = s.launch(t, "update", "local", "--rollback") // what the test runs may be of any commit
		}
		select {
		case <-f.done: // the slave is not connected yet, or the update before is not over
			f = nil
			return false
		default:
			return strings.Contains(f.out.String(), " build ")
		}
	})
	return f
}

func repositoryThatBuildsForever(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Makefile"), []byte("build:\n\tsleep 3600\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "Makefile"},
		{"-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "--quiet", "--message=a change"}} {
		if out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	return dir
}
