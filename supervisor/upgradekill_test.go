package supervisor_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/samchon/payments-server/bench/handover/load"
	"github.com/samchon/payments-server/supervisor"
)

// TestUpgradeKill kills one of the two supervisors at each step of USR2, or stops it for a second or for good, under load
// and with an upload in an old worker. Nothing may fail, whoever is left.
func TestUpgradeKill(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step, victim string
		blow         blow
		left         string // who is in charge in the end; nobody: workers serve on for a while
	}{
		{"starting", "old", kills, "new"},
		{"starting", "old", pauses, "new"},
		{"starting", "new", kills, "old"},
		{"starting", "new", pauses, "new"},
		{"starting", "new", freezes, "old"},
		{"probation", "old", kills, "new"},
		{"probation", "old", pauses, "new"},
		{"probation", "new", kills, "old"},
		{"probation", "new", pauses, "new"},
		{"probation", "new", freezes, "old"},
		{"draining", "old", kills, "new"},
		{"draining", "old", pauses, "new"},
		{"draining", "new", kills, "nobody"},
		{"draining", "new", pauses, "new"},
	} {
		t.Run(fmt.Sprintf("%s/%s/%s", c.step, c.victim, c.blow), func(t *testing.T) {
			t.Parallel()
			u := newUpgradeKill(t, c.step, c.blow)
			if c.step == "probation" && c.left == "old" { // which must not end before the blow
				u.rewrite(func(s *script) { s.Illness, s.HealthTimeout = hangs, time.Hour })
			}
			u.reach(c.step)
			u.strike(u.supervisors[c.victim], c.blow)
			u.settle(c.left)
			u.check()
		})
	}
}

// blow is what befalls a supervisor.
type blow string

const (
	kills   blow = "killed"
	pauses  blow = "stopped for a second"
	freezes blow = "stopped for good"
)

func (u *upgradeKill) strike(victim int, b blow) {
	u.t.Helper()
	sig := syscall.SIGSTOP
	if b == kills {
		sig = syscall.SIGKILL
	}
	u.beheaded = b != pauses // orphans may stay for some seconds
	must(u.t, syscall.Kill(victim, sig))
	u.await("the signal to strike", func() bool { return still(victim) })
	u.rewrite(func(s *script) { s.Hold, s.Illness = false, "" })
	if b == pauses {
		time.AfterFunc(time.Second, func() { syscall.Kill(victim, syscall.SIGCONT) })
	}
}

type upgradeKill struct {
	*fleet
	load        *load.Load
	release     chan struct{}
	upgraded    chan error
	supervisors map[string]int
}

func newUpgradeKill(t *testing.T, step string, b blow) *upgradeKill {
	s := script{Probation: 300 * time.Millisecond}
	if step == "probation" {
		s.Probation = 3 * time.Second
	}
	if b == freezes {
		s.ReadyTimeout, s.StopBudget = 8*time.Second, time.Second // the old supervisor waits that long, and the rest
	}
	u := &upgradeKill{fleet: start(t, s), release: make(chan struct{}), upgraded: make(chan error, 1)}
	u.load = mustLoad(t, u.api, think)
	u.load.SlowUpload(u.release)
	u.await("an upload", func() bool { return u.serving().Busy == 1 })
	u.load.KeepAlive(16)
	u.supervisors = map[string]int{"old": u.census().PID}
	return u
}

// reach starts an upgrade and waits until it is at a step.
func (u *upgradeKill) reach(step string) {
	u.t.Helper()
	u.rewrite(func(s *script) { s.Hold = step == "starting" })
	go func() { u.upgraded <- u.upgrade() }()
	u.await("a new supervisor", func() bool {
		for _, pid := range u.processes() {
			if replaces(pid, u.supervisors["old"]) {
				u.supervisors["new"] = pid
			}
		}
		return u.supervisors["new"] != 0
	})
	said := map[string]string{
		"starting":     `"generation starts","generation":2`,
		"half started": `"generation starts","generation":2`,
		"probation":    `"generation serves","generation":2`,
		"draining":     `a new supervisor is in charge: leaving`,
	}[step]
	u.await(step, func() bool { return strings.Contains(u.log.String(), said) })
	u.await("its admin listener", func() bool { return step != "draining" || u.census().PID == u.supervisors["new"] })
}

// replaces reports whether tableflip started a process to replace another. A worker between fork and exec looks like its
// supervisor, but is not another's child.
func replaces(pid, old int) bool {
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil || !strings.Contains(string(env), "TABLEFLIP_") {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err == nil && strings.HasPrefix(rest[1:], fmt.Sprintf(" %d ", old))
}

// settle waits until it is decided who is in charge.
func (u *upgradeKill) settle(left string) {
	u.t.Helper()
	if left == "nobody" {
		return
	}
	u.await(left+" supervisor in charge", func() bool {
		return u.census().PID == u.supervisors[left] && u.serving().State == supervisor.Blessed
	})
	if left == "old" {
		if err := <-u.upgraded; err == nil {
			u.t.Error("an upgrade to a dead supervisor succeeded")
		}
	}
	if err := u.reload(); err != nil {
		u.t.Errorf("reload afterwards: %v", err)
	}
}

// check lets the clients go on for a while, and the upload end.
func (u *upgradeKill) check() {
	u.t.Helper()
	before, _, _ := u.load.Count()
	u.await("further answers", func() bool { now, _, _ := u.load.Count(); return now > before+100 })
	close(u.release)
	u.load.EndUploads()
	u.load.End()
	if _, failed, _ := u.load.Count(); failed != 0 {
		u.t.Errorf("%d failed:\n%s", failed, u.load.Failures())
	}
}
