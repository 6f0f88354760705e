package supervisor_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestUpgrade(t *testing.T) {
	t.Parallel()
	t.Run("LosesNothingUnderLoad", func(t *testing.T) {
		t.Parallel()
		const upgrades, keepAlive, silent = 8, 32, 4
		f := start(t, script{})
		l, release := mustLoad(t, f.api, think), make(chan struct{})
		l.KeepAlive(keepAlive)
		l.Silent(silent, release)
		l.Fresh(2)
		for i := range upgrades {
			before := f.census()
			if i == upgrades-1 {
				l.SlowUpload(release) // stays with the last supervisor but one, which stays for it
			}
			must(t, f.upgrade())
			f.await("another supervisor", func() bool { c := f.census(); return c.PID != 0 && c.PID != before.PID && c.Ready })
			if i < upgrades-1 {
				f.await("the old supervisor to leave", func() bool { return gone(before.PID) })
			}
			f.wantPIDFile(f.census().PID)
		}
		if err := f.upgrade(); err == nil || !strings.Contains(err.Error(), "try again") {
			t.Errorf("upgrade while two supervisors live: %v", err)
		}
		close(release)
		f.await("everything to be answered", func() bool { return f.serving().Busy == 0 })
		l.End()

		ok, failed, dials := l.Count()
		t.Logf("%d upgrades, %d requests, %d failed, %d dials, p99 %s", upgrades, ok, failed, dials, l.Percentile(0.99))
		if want := keepAlive + silent + 1; failed != 0 || dials != want {
			t.Errorf("%d failed, %d dials, want none and %d:\n%s", failed, dials, want, l.Failures())
		}
		if n := f.serving().Number; n != upgrades+1 {
			t.Errorf("generation %d, want %d", n, upgrades+1)
		}
		if got := f.counted(); got != ok {
			t.Errorf("counted %d requests, clients saw %d", got, ok)
		}
	})
	for _, c := range []struct {
		name   string
		bad    func(*script)
		reason string
	}{
		{"BrokenSupervisorLeavesTheOldOne", func(s *script) { s.BrokenHead = true }, "exit status 1: its lines in the log say why"},
		{"BrokenWorkersLeaveTheOldOne", func(s *script) { s.ExitAtStart = true }, "exit status 1"},
		{"WorkersThatCrashLeaveTheOldOne", func(s *script) { s.Illness = crashes }, "exit status 1"},
		{"WorkersThatHangLeaveTheOldOne", func(s *script) { s.Illness, s.HealthTimeout = stops, 2*time.Second }, "exit status 1"},
		{"WorkersThatAreUnhealthyLeaveTheOldOne", func(s *script) { s.Illness = unhealthy }, "exit status 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, script{Workers: 1})
			l := mustLoad(t, f.api, think)
			l.KeepAlive(8)
			before := f.census().PID
			good := f.script
			f.rewrite(c.bad)
			if err := f.upgrade(); err == nil || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("upgrade: %v, want a reason with %q", err, c.reason)
			}
			if now := f.census().PID; now != before {
				t.Errorf("supervisor %d, want %d", now, before)
			}
			f.wantPIDFile(before)
			f.rewrite(func(s *script) { *s = good })
			must(t, f.upgrade())
			l.End()
			if _, failed, dials := l.Count(); failed != 0 || dials != 8 {
				t.Errorf("%d failed, %d dials:\n%s", failed, dials, l.Failures())
			}
		})
	}
}

func (f *fleet) wantPIDFile(pid int) {
	f.t.Helper()
	if says, err := os.ReadFile(f.script.path("pid")); string(says) != strconv.Itoa(pid) {
		f.t.Errorf("pid file says %q (%v), the supervisor is %d", says, err, pid)
	}
}
