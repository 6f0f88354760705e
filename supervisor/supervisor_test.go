package supervisor_test

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/samchon/payments-server/supervisor"
)

func TestReload(t *testing.T) {
	t.Parallel()
	t.Run("ReplacesEveryWorker", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		before := f.serving()
		must(t, f.reload())
		after := f.serving()
		if after.Number != before.Number+1 || len(after.Workers) != 2 {
			t.Fatalf("serving after reload: %+v", after)
		}
		if got := f.post("/"); !strings.HasPrefix(got, "2 ") {
			t.Fatalf("answered by %q, want generation 2", got)
		}
		f.wantPIDFile(f.cmd.Process.Pid)
		f.await("the old generation to leave", func() bool { return onlyServing(f) })
	})
	t.Run("BySignal", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		must(t, syscall.Kill(f.census().PID, syscall.SIGHUP))
		f.await("generation 2 to be blessed", func() bool { g := f.serving(); return g.Number == 2 && g.State == supervisor.Blessed })
	})
	t.Run("OfManyAtOnceIsOneMore", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		f.rewrite(func(s *script) { s.Hold = true })
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if err := f.reload(); err != nil {
					t.Errorf("reload: %v", err)
				}
			})
		}
		f.await("four that wait for one", func() bool { return strings.Count(f.log.String(), "reload waits") == 4 })
		f.rewrite(func(s *script) { s.Hold = false })
		all.Wait()
		if n := f.serving().Number; n != 3 {
			t.Errorf("generation %d after five simultaneous reloads, want those that waited to share one", n)
		}
	})
	t.Run("NeedsThePassword", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		for _, wrong := range []string{"", "secre", "secrett"} {
			for _, guarded := range []func(context.Context, string, string) error{supervisor.Reload, supervisor.Upgrade} {
				if err := guarded(t.Context(), f.admin, wrong); err == nil || !strings.Contains(err.Error(), "password") {
					t.Errorf("with password %q: %v", wrong, err)
				}
			}
		}
		if c := f.census(); f.serving().Number != 1 || len(c.Generations) != 1 || c.PID != f.cmd.Process.Pid {
			t.Errorf("census %+v, want the first generation", c)
		}
	})
}

// TestUndo lists what a bad release can do. Each time the generation before it must have the traffic in the end, with the
// connections of clients that were idle meanwhile, and last-good must not have moved.
func TestUndo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		bad    func(*script)
		reason string
	}{
		{"MissingBinary", func(s *script) { s.Binary = "/nonexistent" }, "no such file"},
		{"ExitsAtStart", func(s *script) { s.ExitAtStart = true }, "exit status 1: this worker is broken"},
		{"NeverReady", func(s *script) { s.NeverReady = true }, "not ready"},
		{"CrashesOnProbation", func(s *script) { s.Illness = crashes }, "generation 2 worker 1"}, // killed, or EOF is seen first
		{"HangsOnProbation", func(s *script) { s.Illness = stops }, "not healthy"},
		{"HandlersHangOnProbation", func(s *script) { s.Illness = hangs }, "not healthy"},
		{"UnhealthyOnProbation", func(s *script) { s.Illness = unhealthy }, "answered 500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, script{Workers: 1, ReadyTimeout: 10 * time.Second, HealthTimeout: 3 * time.Second})
			l := mustLoad(t, f.api, 0)
			idle := l.Idle(20)
			f.rewrite(c.bad)
			err := f.reload()
			if err == nil || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("reload: %v, want a reason with %q", err, c.reason)
			}
			idle()
			if ok, failed, dials := l.Count(); failed != 0 || dials != 20 || ok != 40 {
				t.Errorf("%d answers, %d failures, %d dials of 20 idle clients:\n%s", ok, failed, dials, l.Failures())
			}
			f.await("the bad generation to leave", func() bool { return onlyServing(f) })
			if b, err := os.ReadFile(f.script.path("blessed")); len(b) != 1 {
				t.Errorf("blessed %d times (%v), want once", len(b), err)
			}
		})
	}
}

// TestReason has workers that leave before they are ready. Whoever asked for them is told what they said last, and
// nothing that only a log may say.
func TestReason(t *testing.T) {
	t.Parallel()
	f := start(t, script{Workers: 1})
	const prefix = ": exit status 1"
	for _, c := range []struct{ name, says, reason string }{
		{"LastLine", "it begins\npayments: the schema 12 is too new for me\n", ": payments: the schema 12 is too new for me"},
		{"LastLineWithoutAnEnd", "payments: no", ": payments: no"},
		{"IndentedAndEmptyLines", "payments: wrong:\n  API_PORT: is taken\n\n", ": API_PORT: is taken"},
		{"NoLineOfALog", "payments: no\n{\"msg\":\"x\"}\nmsg=y generation=2 worker=1\n", ": payments: no"},
		{"NothingButALog", "{\"msg\":\"x\"}\n", ""},
		{"Panic", "panic: no\n\ngoroutine 1 [running]:\nmain.main()\n\t/main.go:3 +0x18\n", ": panic: no"},
		{"NoMoreThanALine", strings.Repeat("x", 5000) + "\n", ": " + strings.Repeat("x", 300)},
		{"NoPassword", "connect postgres://me:p@ss@db/x: failed; host=db password='a b' user=me Password: c\n",
			": connect postgres://…@db/x: failed; host=db password=… user=me Password: …"},
		{"NoControlCharacters", "payments: \x1b[31mno\a\n", ": payments:  [31mno"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.rewrite(func(s *script) { s.LastLines = c.says })
			err := f.reload()
			if err == nil || !strings.HasSuffix(err.Error(), prefix+c.reason) {
				t.Errorf("reload: %v, want the reason %q", err, prefix+c.reason)
			}
			receipts := f.census().Receipts
			if last := receipts[len(receipts)-1].Reason; !strings.HasSuffix(last, prefix+c.reason) {
				t.Errorf("receipt: %s", last)
			}
		})
	}
}

func TestCrash(t *testing.T) {
	t.Parallel()
	t.Run("IsRepairedAfterGrowingPauses", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		f.rewrite(func(s *script) { s.ExitAtStart = true })
		must(t, syscall.Kill(f.serving().Workers[0].PID, syscall.SIGKILL))
		f.await("five deaths", func() bool { return len(f.deaths()) >= 5 })
		for i, pause := range []time.Duration{0, 100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond} {
			if d := f.deaths(); d[i+1].Sub(d[i]) < pause {
				t.Errorf("%s between death %d and the next, want at least %s", d[i+1].Sub(d[i]), i+1, pause)
			}
		}
	})
	t.Run("OfABlessedWorkerIsRepaired", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		f.rewrite(func(s *script) { s.Binary = "/nonexistent" }) // what `current` is does not matter: last-good does
		victim := f.serving().Workers[0].PID
		must(t, syscall.Kill(victim, syscall.SIGKILL))
		f.await("another worker", func() bool {
			g := f.serving()
			return g.Restarts == 1 && len(g.Workers) == 2 && g.Workers[0].PID != victim
		})
		if got := f.post("/"); !strings.HasPrefix(got, "1 ") {
			t.Errorf("answered by %q", got)
		}
	})
	t.Run("OfTheFirstGenerationEndsTheSupervisor", func(t *testing.T) {
		t.Parallel()
		f := launch(t, script{ExitAtStart: true})
		if err := f.cmd.Wait(); err == nil {
			t.Error("the supervisor ended without an error")
		}
		if !strings.Contains(f.log.String(), "first generation") {
			t.Errorf("no reason in the log:\n%s", f.log)
		}
	})
}

// deaths are the times at which the supervisor noticed one.
func (f *fleet) deaths() (at []time.Time) {
	for line := range strings.Lines(f.log.String()) {
		var entry struct {
			Msg  string
			Time time.Time
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "worker died" {
			at = append(at, entry.Time)
		}
	}
	return at
}

func TestStop(t *testing.T) {
	t.Parallel()
	t.Run("AnswersWhatIsInProgressAndLeavesNothing", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		pids := f.processes()
		l := mustLoad(t, f.api, 0)
		idle := l.Idle(3)
		defer runtime.KeepAlive(idle) // the collector would close their connections
		f.await("idle connections", func() bool { return f.serving().Idle == 3 })
		release := make(chan struct{})
		l.SlowUpload(release)
		f.await("a request in progress", func() bool { return f.serving().Busy == 1 })
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		stopped := make(chan error, 1)
		go func() { stopped <- supervisor.Stop(ctx, f.admin) }()
		f.await("the stop to begin", func() bool { return strings.Contains(f.log.String(), `"msg":"stopping"`) })
		close(release)
		l.EndUploads()
		if ok, failed, _ := l.Count(); ok != 4 || failed != 0 {
			t.Errorf("%d answers, want 3 before the stop and one in it:\n%s", ok, l.Failures())
		}
		must(t, <-stopped)
		f.cmd.Wait()
		for _, pid := range pids {
			if err := syscall.Kill(pid, 0); err == nil {
				t.Errorf("process %d still runs", pid)
			}
		}
		if _, err := os.Stat(f.script.path("pid")); err == nil {
			t.Error("the pid file is still there")
		}
	})
	t.Run("CutsWhatDoesNotEnd", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{StopBudget: 200 * time.Millisecond})
		l, never := mustLoad(t, f.api, 0), make(chan struct{})
		l.SlowUpload(never)
		f.await("an upload", func() bool { return f.serving().Busy == 1 })
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		must(t, supervisor.Stop(ctx, f.admin))
	})
}

// TestOutput lets two generations, and the supervisor about its handover, write at the same time.
func TestOutput_KeepsLinesWholeAndSaysWhoseTheyAre(t *testing.T) {
	t.Parallel()
	f := start(t, script{})
	long := strings.Repeat("x", 100_000)
	var all sync.WaitGroup
	all.Go(func() {
		if err := f.reload(); err != nil {
			t.Errorf("reload: %v", err)
		}
	})
	for _, line := range []string{
		"plain " + long,
		`{"level":"INFO","msg":"` + long + `"}`,
		`{"msg":"` + long + `","generation":7,"worker":7}`,
		"msg=" + long + " generation=7 worker=7",
	} {
		for range 10 {
			all.Go(func() { f.send("/print", line+"\n") })
		}
	}
	all.Wait()
	f.await("all lines", func() bool { return strings.Count(f.log.String(), long) == 40 })
	for line := range strings.Lines(f.log.String()) {
		if !strings.Contains(line, "xxx") {
			if !json.Valid([]byte(line)) {
				t.Errorf("the supervisor's line %.200q is not whole", line)
			}
			continue
		}
		switch whose.ReplaceAllString(strings.Replace(line, long, "…", 1), "${1}1${2}1") {
		case "generation=1 worker=1 plain …\n", `{"generation":1,"worker":1,"level":"INFO","msg":"…"}` + "\n",
			`{"msg":"…","generation":7,"worker":7}` + "\n", "msg=… generation=7 worker=7\n":
		default:
			t.Errorf("line %.200q", line)
		}
	}
}

func TestOutput_PassesOnWhatADyingWorkerDidNotFinish(t *testing.T) {
	t.Parallel()
	f := start(t, script{})
	f.send("/print", "half a line")
	for _, w := range f.serving().Workers {
		must(t, syscall.Kill(w.PID, syscall.SIGKILL))
	}
	whole := regexp.MustCompile(`(?m)^generation=1 worker=[12] half a line$`)
	f.await("what it wrote", func() bool { return whole.MatchString(f.log.String()) })
}

// whose is what distinguishes the lines of two generations with two workers each.
var whose = regexp.MustCompile(`^(generation=|{"generation":)[12]( worker=|,"worker":)[12]`)
