package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/internal/porttest"
)

func TestStart(t *testing.T) {
	t.Parallel()

	t.Run("ServesUntilCtrlCAndFindsItsDataAgain", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t) // skips without PostgreSQL
		s := newSystem(t)

		first := s.start(t)
		if !s.healthy() {
			t.Error("announced, but the API is not healthy")
		}
		query(t, databaseIn(t, first), "CREATE TABLE note (); SELECT 'made'")
		first.pressCtrlC(t)
		if said := first.out.String(); !strings.HasSuffix(said, "\nnothing runs any more\n") {
			t.Errorf("the last words are not there: %q", said[max(0, len(said)-500):])
		}
		if left := s.processes(t); len(left) > 0 {
			t.Errorf("after Ctrl-C there is %q", left)
		}

		second := s.start(t)
		if got := query(t, databaseIn(t, second), "SELECT to_regclass('note')::text"); got != "note" {
			t.Errorf("after a restart the table is %q, want note", got)
		}
		second.pressCtrlC(t)
	})

	t.Run("AnnouncesEveryAddressAndAPaymentThatWorks", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		for _, program := range []string{"sh", "curl", "openssl"} {
			if _, err := exec.LookPath(program); err != nil {
				t.Skip(err)
			}
		}
		s := newSystem(t)
		server := s.start(t)
		said := server.out.String()
		for _, name := range []string{"API_PORT", "ADMIN_PORT", "FAKE_IAMPORT_PORT", "FAKE_TOSS_PORT"} {
			if address := "http://127.0.0.1:" + s.ports[name]; !strings.Contains(said, address) {
				t.Errorf("%s is not announced: %s", address, said)
			}
		}
		_, after, _ := strings.Cut(said, "Make a first payment")
		command := regexp.MustCompile(`(?m)^  (.*first-payment.*)$`).FindStringSubmatch(after)
		if command == nil {
			t.Fatalf("no payment to copy is announced: %s", said)
		}
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", command[1]).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", command[1], err, out)
		}
		server.pressCtrlC(t)
	})

	t.Run("RunsInTheBackgroundAndKeepsItsCompanyThroughAnUpgrade", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		s.mustExec(t, "start", "--daemon")
		if !s.healthy() {
			t.Error("start --daemon returned, but the API is not healthy")
		}
		company := []string{"run/fakes.pid", "postgres/data/postmaster.pid"}
		before := []int{s.pid(t, company[0]), s.pid(t, company[1])}
		supervisor := s.pid(t, "run/supervisor.pid")

		await(t, "the first generation is blessed, before which no handover begins", func() bool {
			return strings.Contains(s.mustExec(t, "status", "--json"), `"outcome":"blessed"`)
		})
		s.mustExec(t, "upgrade")

		await(t, "the old supervisor is gone", func() bool { return !s.runs(t, supervisor) })
		for i, name := range company {
			if now := s.pid(t, name); now != before[i] {
				t.Errorf("%s names process %d after the upgrade, %d before", name, now, before[i])
			}
		}
		if !s.healthy() {
			t.Error("the API is not healthy after the upgrade")
		}
		s.mustExec(t, "stop")
		if left := s.processes(t); len(left) > 0 {
			t.Errorf("after stop there is %q", left)
		}
	})

	t.Run("LeavesNothingWhenInterruptedAtAnyMoment", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		for _, moment := range []string{"run/lock", "postgres/data.unfinished", "postgres/data/payments.conf", "postgres/data/postmaster.pid", "run/fakes.pid"} {
			s := newSystem(t)
			server := s.launch(t, "start")
			await(t, moment+" is there", func() bool { return exists(filepath.Join(s.home, moment)) })
			if err := server.cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			<-server.done
			if left := s.processes(t); len(left) > 0 {
				t.Errorf("interrupted when %s was there it left %q; it said %s", moment, left, &server.out)
			}
		}
	})

	t.Run("TakesOverAfterItsSupervisorWasKilled", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		s.mustExec(t, "start", "--daemon")
		s.kill(t, "run/supervisor.pid")
		s.mustExec(t, "start", "--daemon")
		if !s.healthy() {
			t.Error("the API is not healthy after a second start")
		}
	})
}

func TestStart_Refuses(t *testing.T) {
	t.Parallel()

	for _, variable := range []string{"API_PORT", "ADMIN_PORT", "FAKE_IAMPORT_PORT", "FAKE_TOSS_PORT"} {
		t.Run("ATaken_"+variable, func(t *testing.T) {
			t.Parallel()
			dbtest.New(t)
			s := newSystem(t)
			ln, err := net.Listen("tcp", "127.0.0.1:"+s.ports[variable])
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			s.refuses(t, "choose another port with "+variable, "start")
			s.refuses(t, "choose another port with "+variable, "start", "--daemon")
		})
	}

	t.Run("ASecondServer", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		s.mustExec(t, "start", "--daemon")
		s.refuses(t, "runs already", "start")
		s.refuses(t, "runs already", "start", "--daemon")
		if !s.healthy() {
			t.Error("the first server is not healthy any more")
		}
	})

	t.Run("AHomeThatIsNone", func(t *testing.T) {
		t.Parallel()
		s := newSystem(t)
		usable := s.env
		s.env = append(usable[:len(usable):len(usable)], "PAYMENTS_HOME=/proc/none") // not even root makes it
		s.refuses(t, "choose another with PAYMENTS_HOME", "start")
		s.env = usable
	})

	t.Run("ADatabaseThatDoesNotAnswer", func(t *testing.T) {
		t.Parallel()
		s := newSystem(t)
		s.env = append(s.env, "DATABASE_URL=postgres://127.0.0.1:"+porttest.Free(t)+"/payments")
		s.refuses(t, "check DATABASE_URL", "start")
	})
}

func TestStop(t *testing.T) {
	t.Parallel()

	t.Run("EndsWhatAKilledServerLeft", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		s.mustExec(t, "start", "--daemon")
		s.kill(t, "run/supervisor.pid")
		s.mustExec(t, "stop")
		if left := s.processes(t); len(left) > 0 {
			t.Errorf("after stop there is %q", left)
		}
	})

	t.Run("LeavesTheServerOfAnotherHomeAlone", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		other, s := newSystem(t), newSystem(t)
		other.mustExec(t, "start", "--daemon")
		number, err := os.ReadFile(filepath.Join(other.home, "run/supervisor.pid"))
		must(t, err)
		must(t, os.MkdirAll(filepath.Join(s.home, "run"), 0o700)) // of a server that was killed, whose number the other has now
		must(t, os.WriteFile(filepath.Join(s.home, "run/supervisor.pid"), number, 0o600))
		s.mustExec(t, "stop")
		if !other.healthy() {
			t.Error("the server of the other home was stopped")
		}
	})
	t.Run("EndsAServerWhoseProgramIsCalledOtherwise", func(t *testing.T) { // as by `go run .`
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		made := s.binary
		s.binary = filepath.Join(s.home, "payments-server")
		must(t, os.Symlink(made, s.binary))
		s.mustExec(t, "start", "--daemon")
		s.binary = made
		s.refuses(t, "runs already", "start")
		s.mustExec(t, "stop")
		if left := s.processes(t); len(left) > 0 {
			t.Errorf("after stop there is %q", left)
		}
	})
	t.Run("MakesNoHome", func(t *testing.T) {
		t.Parallel()
		home := filepath.Join(t.TempDir(), "home")
		said, err := invoke(t, map[string]string{"PAYMENTS_HOME": home}, "stop")
		if err != nil || !strings.Contains(said, home+", which does not exist") {
			t.Errorf("it says %q, %v; want the home it looked for", said, err)
		}
		if _, err := os.Stat(home); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("home after stop: %v, want none", err)
		}
	})
}

func TestReload(t *testing.T) {
	t.Parallel()

	t.Run("SaysWhatTakesAnUpgrade", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		s.mustExec(t, "start", "--daemon")
		waits := regexp.MustCompile(`(?m)^workers +3 +2$`)
		if out := s.mustExec(t, "reload"); strings.Contains(out, "SETTING") {
			t.Errorf("nothing was changed, and it says %s", out)
		}
		must(t, os.WriteFile(filepath.Join(s.home, "payments.yaml"), []byte("workers: 3\nhandover:\n  probation: 300ms\n"), 0o600))
		if out := s.mustExec(t, "reload"); !waits.MatchString(out) || strings.Contains(out, "handover.") {
			t.Errorf("want only the workers' number, it says %s", out)
		}
		before := s.pid(t, "run/supervisor.pid")
		if out := s.mustExec(t, "upgrade"); strings.Contains(out, fmt.Sprintf("supervisor %d,", before)) || !regexp.MustCompile(`(?m)^\d+ .*blessed +3 `).MatchString(out) {
			t.Errorf("the new supervisor has no three workers: %s", out)
		}
		if out := s.mustExec(t, "reload"); strings.Contains(out, "SETTING") {
			t.Errorf("after the upgrade it says %s", out)
		}
	})

	t.Run("ReplacesTheWorkers", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		s.mustExec(t, "start", "--daemon")
		if out := s.mustExec(t, "reload"); !regexp.MustCompile(`(?m)^2 .*blessed`).MatchString(out) {
			t.Errorf("after a reload the second generation is not blessed: %s", out)
		} else if strings.Contains(out, "draining") {
			t.Errorf("after a reload of an idle server somebody drains: %s", out)
		}
		if !s.healthy() {
			t.Error("the API is not healthy after a reload")
		}
		s.mustExec(t, "stop")
		log, err := os.ReadFile(filepath.Join(s.home, "logs/server.log"))
		must(t, err)
		whose := regexp.MustCompile(` generation=\d+ worker=\d+ commit=\S+| supervisor=\S+`)
		for line := range strings.Lines(string(log)) {
			if strings.Contains(line, "level=") && !whose.MatchString(line) {
				t.Errorf("nobody can tell who wrote %q", line)
			}
		}
	})

	t.Run("KeepsTheOldWorkersWhenNewOnesFail", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		own := filepath.Join(s.home, "payments")
		copyFile(t, s.binary, own)
		s.binary = own
		s.mustExec(t, "start", "--daemon")

		aside := filepath.Join(s.home, "aside", "payments")
		if err := errors.Join(os.Mkdir(filepath.Dir(aside), 0o755), os.Rename(own, aside)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(own, []byte("#!/bin/sh\nexit 7\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		s.binary = aside
		if out, status := s.exec(t, "reload"); status != exitFailure || !strings.Contains(out, "exit status 7") {
			t.Errorf("reload to a broken build ended with %d and %q, want %d and its exit status", status, out, exitFailure)
		}
		if !s.healthy() {
			t.Error("the API is not healthy after a reload that failed")
		}
	})

	t.Run("NeedsAServer", func(t *testing.T) {
		t.Parallel()
		s := newSystem(t)
		for _, command := range []string{"reload", "upgrade", "status"} {
			s.refuses(t, "start it with `payments start`", command)
		}
	})
}

// TestTimeout lets the time of a command pass before it has an outcome. What it asked for goes on.
func TestTimeout(t *testing.T) {
	t.Parallel()
	const timeout = "10s" // a busy machine needs some of it to ask at all

	t.Run("OfAReload", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		must(t, os.WriteFile(filepath.Join(s.home, "payments.yaml"), []byte("handover: {probation: 5m}\n"), 0o600))
		s.mustExec(t, "start", "--daemon")
		s.refuses(t, "it goes on", "reload", "--timeout", timeout) // it has to wait for the first generation
		if !s.healthy() {
			t.Error("the API is not healthy after a reload that took too long")
		}
	})
	t.Run("OfAStop", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		s.mustExec(t, "start", "--daemon")
		request := s.beginRequest(t)
		s.refuses(t, "it goes on stopping", "stop", "--timeout", timeout)
		must(t, request.Close())
		s.mustExec(t, "stop")
	})
}

// beginRequest sends a request whose body lacks its end, and waits until a worker
// reads it.
func (s *system) beginRequest(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+s.ports["API_PORT"])
	must(t, err)
	t.Cleanup(func() { c.Close() })
	_, err = io.WriteString(c, "POST /histories HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\nbegun")
	must(t, err)
	await(t, "the request is in progress", func() bool {
		return strings.Contains(s.mustExec(t, "status", "--json"), `"busy":1`)
	})
	return c
}

func TestStatus_SpeaksJSON(t *testing.T) {
	t.Parallel()
	dbtest.New(t)
	s := newSystem(t)
	s.mustExec(t, "start", "--daemon")
	if out := s.mustExec(t, "status", "--json"); !strings.HasPrefix(out, `{"pid":`) {
		t.Errorf("status --json prints %q", out)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

// databaseIn is the URL of the private database that a server announced.
func databaseIn(t *testing.T, server *foreground) string {
	t.Helper()
	match := regexp.MustCompile(`psql '(.*)'`).FindStringSubmatch(server.out.String())
	if match == nil {
		t.Fatalf("no database is announced: %s", &server.out)
	}
	return match[1]
}

func query(t *testing.T, url, statements string) (answer string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	results, err := conn.PgConn().Exec(t.Context(), statements).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return string(results[len(results)-1].Rows[0][0])
}
