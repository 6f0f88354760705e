package supervisor_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/samchon/payments-server/bench/handover/load"
	"github.com/samchon/payments-server/supervisor"
)

// TestKill kills or stops one process at each step of a handover. The table stands in docs/handover.md too.
//
// Idle clients, with a connection that has been used before, must never notice. An upload is in progress in an old
// worker all the time: it may fail only when that very process is the victim.
func TestKill(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step, victim string
		signal       syscall.Signal
		serves       int  // the generation that has the traffic in the end; 0: nobody is left who could say
		losesUpload  bool // the victim was answering it
	}{
		{"starting", "old", syscall.SIGKILL, 2, true},
		{"starting", "old", syscall.SIGSTOP, 2, true},
		{"starting", "new", syscall.SIGKILL, 1, false},
		{"starting", "new", syscall.SIGSTOP, 1, false},
		{"starting", "supervisor", syscall.SIGKILL, 0, false},
		{"starting", "supervisor", syscall.SIGSTOP, 2, false},
		{"probation", "old", syscall.SIGKILL, 2, true},
		{"probation", "old", syscall.SIGSTOP, 2, true},
		{"probation", "new", syscall.SIGKILL, 1, false},
		{"probation", "new", syscall.SIGSTOP, 1, false},
		{"probation", "supervisor", syscall.SIGKILL, 0, false},
		{"probation", "supervisor", syscall.SIGSTOP, 2, false},
		{"draining", "old", syscall.SIGKILL, 2, true},
		{"draining", "old", syscall.SIGSTOP, 2, true},
		{"draining", "new", syscall.SIGKILL, 2, false},
		{"draining", "new", syscall.SIGSTOP, 2, false},
		{"draining", "supervisor", syscall.SIGKILL, 0, false},
		{"draining", "supervisor", syscall.SIGSTOP, 2, false},
	} {
		t.Run(fmt.Sprintf("%s/%s/%s", c.step, c.victim, signalName(c.signal)), func(t *testing.T) {
			t.Parallel()
			k := newKill(t, c.step, c.victim, c.signal)
			k.reach(c.step)
			k.strike(c.victim, c.signal)
			k.idle()
			close(k.release)
			k.settle(c.serves)
			k.check(c.losesUpload)
		})
	}
}

func signalName(s syscall.Signal) string {
	return map[syscall.Signal]string{syscall.SIGKILL: "KILL", syscall.SIGSTOP: "STOP"}[s]
}

type kill struct {
	*fleet
	load     *load.Load
	idle     func()
	release  chan struct{} // ends the upload
	reloaded chan error
	clients  int
}

// probationOf is long where the victim has to be hit before it ends, however busy the machine is, and short where its
// end is waited for.
func probationOf(step, victim string) time.Duration {
	switch {
	case step == "probation" && victim == "new":
		return 10 * time.Second
	case step == "probation":
		return 3 * time.Second
	}
	return 300 * time.Millisecond
}

func newKill(t *testing.T, step, victim string, sig syscall.Signal) *kill {
	s := script{Probation: probationOf(step, victim)}
	if sig == syscall.SIGSTOP { // which is noticed by what does not come
		s.ReadyTimeout, s.HealthTimeout = 10*time.Second, 3*time.Second
	}
	k := &kill{fleet: start(t, s),
		release: make(chan struct{}), reloaded: make(chan error, 1), clients: 12}
	k.load = mustLoad(t, k.api, 0)
	k.load.SlowUpload(k.release)
	k.await("an upload", func() bool { return k.serving().Busy == 1 })
	k.idle = k.load.Idle(k.clients)
	return k
}

// reach starts a handover and waits until it is at a step.
func (k *kill) reach(step string) {
	k.t.Helper()
	want := map[string]supervisor.State{"starting": supervisor.Starting, "probation": supervisor.Probation, "draining": supervisor.Blessed}[step]
	if want == supervisor.Starting {
		k.rewrite(func(s *script) { s.Hold = true })
	}
	go func() { k.reloaded <- k.reload() }()
	k.await(step, func() bool { g := k.generation(2); return g.State == want && len(g.Workers) == 2 })
	if want != supervisor.Starting {
		k.await("the idle connections to move", func() bool { return k.generation(2).Idle == k.clients })
	}
}

// strike hits the uploading worker, some new worker, or the supervisor, which is woken up again later if it was stopped.
func (k *kill) strike(victim string, sig syscall.Signal) {
	k.t.Helper()
	pid := 0
	switch victim {
	case "old":
		pid = k.uploadingPID()
	case "new":
		pid = k.generation(2).Workers[0].PID
	case "supervisor":
		pid = k.census().PID
		k.beheaded = sig == syscall.SIGKILL
	}
	must(k.t, syscall.Kill(pid, sig))
	k.await("the signal to strike", func() bool { return still(pid) }) // a thread that runs meanwhile may read a request
	if victim == "supervisor" && sig == syscall.SIGSTOP {
		time.AfterFunc(time.Second, func() { syscall.Kill(pid, syscall.SIGCONT) })
	}
	k.rewrite(func(s *script) { s.Hold = false })
}

// still reports whether no thread of a process runs any more.
func still(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, thread := range threads {
		b, err := os.ReadFile(thread)
		_, rest, _ := strings.Cut(string(b), ") ")
		if err == nil && !strings.ContainsAny(rest[:1], "TZX") {
			return false
		}
	}
	return true
}

// uploadingPID finds the old worker that has the upload.
func (k *kill) uploadingPID() int {
	k.t.Helper()
	for _, w := range k.generation(1).Workers {
		if w.Busy == 1 {
			return w.PID
		}
	}
	k.t.Fatal("no worker has the upload")
	return 0
}

// settle waits for the outcome.
func (k *kill) settle(serves int) {
	k.t.Helper()
	if serves == 0 { // orphans answer for a while
		if got := k.post("/"); !strings.HasSuffix(got, " 4") {
			k.t.Errorf("orphans answer %q", got)
		}
		return
	}
	k.await(fmt.Sprintf("generation %d alone with the traffic", serves), func() bool {
		g := k.serving()
		return g.Number == serves && g.State == supervisor.Blessed && len(g.Workers) == 2 && onlyServing(k.fleet)
	})
	if err := <-k.reloaded; (err == nil) != (serves == 2) {
		k.t.Errorf("reload: %v", err)
	}
	if got := k.post("/"); !strings.HasPrefix(got, fmt.Sprint(serves)) {
		k.t.Errorf("answered by %q, want generation %d", got, serves)
	}
}

func (k *kill) check(losesUpload bool) {
	k.t.Helper()
	want := 2*k.clients + 1
	if losesUpload {
		want--
	}
	k.await("every answer", func() bool { ok, failed, _ := k.load.Count(); return ok+failed == 2*k.clients+1 })
	if ok, failed, dials := k.load.Count(); ok != want || dials != k.clients+1 {
		k.t.Errorf("%d answers, want %d; %d failures, %d dials:\n%s", ok, want, failed, dials, k.load.Failures())
	}
}

// TestSupervisorDeath kills the supervisor at random moments of a handover under load: sockets that were in its custody
// are taken back by whoever sent them, unless they had arrived.
func TestSupervisorDeath_LosesNoRequest(t *testing.T) {
	t.Parallel()
	for i := range 12 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			f := start(t, script{})
			l := mustLoad(t, f.api, 5*time.Millisecond)
			l.KeepAlive(32)
			go f.reload() // never answered
			f.await("a new generation", func() bool { return slices.ContainsFunc(f.census().Generations, isSecond) })
			pid := f.census().PID
			time.AfterFunc(rand.N(20*time.Millisecond), func() { syscall.Kill(pid, syscall.SIGKILL) })
			f.beheaded = true
			f.cmd.Wait()
			ok, _, _ := l.Count()
			f.await("the orphans to answer", func() bool { now, _, _ := l.Count(); return now > ok+100 })
			l.End()
			if _, failed, _ := l.Count(); failed != 0 {
				t.Errorf("%d failed:\n%s", failed, l.Failures())
			}
		})
	}
}

func isSecond(g supervisor.Generation) bool { return g.Number == 2 }

func TestOrphans_KeepTheirVoice(t *testing.T) {
	t.Parallel()
	f := start(t, script{})
	f.beheaded = true
	must(t, f.cmd.Process.Kill())
	f.cmd.Wait()
	f.await("an orphan's line", func() bool {
		f.send("/print", "a line without a supervisor\n")
		return strings.Contains(f.log.String(), "a line without a supervisor\n")
	})
}

func TestOrphans_LeaveByThemselves(t *testing.T) {
	t.Parallel()
	f := start(t, script{})
	l := mustLoad(t, f.api, 10*time.Millisecond)
	idle := l.Idle(5)
	f.beheaded = true
	must(t, f.cmd.Process.Kill())
	f.cmd.Wait()
	idle()
	if _, failed, dials := l.Count(); failed != 0 || dials != 5 {
		t.Errorf("%d failed, %d dials:\n%s", failed, dials, l.Failures())
	}
	f.await("every orphan to leave", func() bool { return len(f.processes()) == 0 })
}

// TestUndo_NeedsNoTimer leaves the death itself as the only thing that can be noticed: health is asked for once more and
// never answered, nobody waits for that in vain for an hour, and meanwhile the end of the probation changes nothing. How
// quick an undo is, bench/handover measures.
func TestUndo_NeedsNoTimer(t *testing.T) {
	t.Parallel()
	f := start(t, script{HealthTimeout: time.Hour})
	l := mustLoad(t, f.api, 0)
	ask := l.Idle(12)
	f.rewrite(func(s *script) { s.Illness = hangs })
	undone := make(chan error, 1)
	go func() { undone <- f.reload() }()
	f.await("the idle connections to move", func() bool { g := f.serving(); return g.Number == 2 && g.Idle == 12 })
	askAnew := l.Idle(12) // accepted by those who will die
	f.await("all to be idle", func() bool { return f.serving().Idle == 24 })
	victims := f.serving().Workers
	for _, w := range victims {
		must(t, syscall.Kill(w.PID, syscall.SIGKILL))
	}
	for _, w := range victims {
		f.await("the signal to strike", func() bool { return still(w.PID) })
	}
	ask()
	askAnew()
	if _, failed, dials := l.Count(); failed != 0 || dials != 24 {
		t.Errorf("%d failed, %d dials:\n%s", failed, dials, l.Failures())
	}
	if err := <-undone; err == nil {
		t.Error("a dead generation was blessed")
	}
}
