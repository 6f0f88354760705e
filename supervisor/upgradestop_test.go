package supervisor_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/samchon/payments-server/supervisor/handover"
)

// TestUpgradeStop sends TERM to one of the two supervisors at each step of USR2, or to both. Both leave, with all that
// they have started, and what is in progress at either is answered.
func TestUpgradeStop(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step    string
		victims string
	}{
		{"asked for", "old"},
		{"starting", "old"},
		{"starting", "old, new"}, // as Ctrl-C in a terminal does
		{"half started", "old"},
		{"probation", "old"},
		{"probation", "old, new"},
		{"draining", "old"},
		{"draining", "new"},
		{"draining", "old, new"},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.step, c.victims), func(t *testing.T) {
			t.Parallel()
			u := newUpgradeStop(t, c.step, script{})
			u.uploadTo(1)
			u.reach(c.step)
			if u.accepts() {
				u.uploadTo(2)
			}
			u.terminate(c.victims)
			u.await("both to stop", func() bool { return strings.Count(u.log.String(), `"msg":"stopping"`) == 2 })
			u.check()
		})
		if c.step == "draining" {
			continue // without a request in progress it is over too soon
		}
		t.Run(fmt.Sprintf("%s/%s/idle", c.step, c.victims), func(t *testing.T) {
			t.Parallel()
			u := newUpgradeStop(t, c.step, script{})
			u.reach(c.step)
			u.terminate(c.victims)
			u.check()
		})
	}
	t.Run("WithConnectionsOnTheirWay", func(t *testing.T) {
		t.Parallel()
		u := newUpgradeStop(t, "draining", script{StopBudget: time.Hour})
		l := mustLoad(t, u.api, 0)
		idle := l.Idle(400)
		defer runtime.KeepAlive(idle) // the collector would close their connections
		u.uploadTo(1)
		u.reach("draining")
		u.terminate("new, old")
		began := time.Now()
		u.check()
		if time.Since(began) >= handover.LastBudget {
			t.Error("connections did not come back: they were cut")
		}
	})
	t.Run("NewOneAlone", func(t *testing.T) { // which is as good as a failure of its own
		t.Parallel()
		u := newUpgradeStop(t, "probation", script{})
		u.uploadTo(1)
		u.reach("probation")
		u.uploadTo(2)
		u.terminate("new")
		u.await("it to stop", func() bool { return strings.Contains(u.log.String(), `"msg":"stopping"`) })
		u.finish()
		if err := <-u.upgraded; err == nil {
			t.Error("the upgrade succeeded")
		}
		if now := u.census().PID; now != u.supervisors["old"] {
			t.Errorf("supervisor %d, want the old one, %d", now, u.supervisors["old"])
		}
	})
	t.Run("NewOneDiesMeanwhile", func(t *testing.T) {
		t.Parallel()
		u := newUpgradeStop(t, "starting", script{})
		u.uploadTo(1)
		u.reach("starting")
		u.terminate("old")
		must(t, syscall.Kill(u.supervisors["new"], syscall.SIGKILL))
		u.await("its death", func() bool { return gone(u.supervisors["new"]) })
		u.beheaded = true // its workers wait for a script
		u.finish()
		u.await("the old one to leave", func() bool { return gone(u.supervisors["old"]) })
	})
	for _, c := range []struct{ step, victim, hangs string }{
		{"starting", "old", "new"},
		{"draining", "new", "old"},
	} {
		t.Run(fmt.Sprintf("WaitsForNobodyWhoHangs/%s/%s", c.step, c.hangs), func(t *testing.T) {
			t.Parallel()
			u := newUpgradeStop(t, c.step, script{StopBudget: 200 * time.Millisecond})
			u.uploadTo(1)
			u.reach(c.step)
			must(t, syscall.Kill(u.supervisors[c.hangs], syscall.SIGSTOP))
			u.await("the signal to strike", func() bool { return still(u.supervisors[c.hangs]) })
			u.beheaded = true
			u.terminate(c.victim)
			u.await("the other one to leave", func() bool { return gone(u.supervisors[c.victim]) })
		})
	}
}

// upgradeStop has an upgrade under way, and uploads in progress.
type upgradeStop struct {
	*upgradeKill
	step    string
	uploads []*upload
}

func newUpgradeStop(t *testing.T, step string, s script) *upgradeStop {
	u := &upgradeStop{step: step, upgradeKill: &upgradeKill{fleet: start(t, s), upgraded: make(chan error, 1)}}
	u.supervisors = map[string]int{"old": u.census().PID}
	return u
}

// accepts reports whether workers of the new supervisor have traffic.
func (u *upgradeStop) accepts() bool {
	return u.step == "half started" || u.step == "probation" || u.step == "draining"
}

func (u *upgradeStop) reach(step string) {
	u.t.Helper()
	switch step {
	case "asked for":
		go func() { u.upgraded <- u.upgrade() }()
		u.await(step, func() bool { return strings.Contains(u.log.String(), "upgrade starts") })
		return
	case "half started":
		u.rewrite(func(s *script) { s.HoldSlot = 2 })
	case "probation":
		u.rewrite(func(s *script) { s.Probation = time.Hour })
	}
	u.upgradeKill.reach(step)
}

func (u *upgradeStop) terminate(victims string) {
	u.t.Helper()
	for _, v := range strings.Split(victims, ", ") {
		must(u.t, syscall.Kill(u.supervisors[v], syscall.SIGTERM))
	}
}

// check ends the uploads, and wants nothing to be left once both supervisors have gone.
func (u *upgradeStop) check() {
	u.t.Helper()
	u.finish()
	u.await("every supervisor to leave", func() bool {
		for _, pid := range u.supervisors {
			if !gone(pid) {
				return false
			}
		}
		return true
	})
	if left := u.processes(); len(left) != 0 { // if nobody is, nobody listens
		u.t.Errorf("processes %v are left", left)
	}
	if _, err := os.Stat(u.script.path("pid")); err == nil {
		u.t.Error("the pid file is still there")
	}
	if err := <-u.upgraded; (err == nil) != (u.step == "draining") {
		u.t.Errorf("upgrade: %v", err)
	}
}

// upload is a request whose handler has begun.
type upload struct {
	c          net.Conn
	r          *bufio.Reader
	generation int
}

// uploadTo begins one at a worker of that generation: a connection is tried out first.
func (u *upgradeStop) uploadTo(generation int) {
	u.t.Helper()
	u.await(fmt.Sprintf("generation %d to accept", generation), func() bool {
		c, err := net.Dial("tcp", u.api)
		must(u.t, err)
		must(u.t, c.SetDeadline(time.Now().Add(patience)))
		up := &upload{c, bufio.NewReader(c), generation}
		fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
		if !strings.HasPrefix(up.answer(u.t), fmt.Sprint(generation, " ")) {
			c.Close()
			return false
		}
		fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
		line, err := up.r.ReadString('\n')
		if err != nil || !strings.Contains(line, "100 Continue") {
			u.t.Fatalf("no handler: %q, %v", line, err)
		}
		up.r.ReadString('\n')
		u.uploads = append(u.uploads, up)
		return true
	})
}

// finish wants an answer to every upload, from where it began.
func (u *upgradeStop) finish() {
	u.t.Helper()
	for _, up := range u.uploads {
		fmt.Fprint(up.c, "body")
		if got := up.answer(u.t); !strings.HasPrefix(got, fmt.Sprint(up.generation, " ")) || !strings.HasSuffix(got, " 4") {
			u.t.Errorf("upload to generation %d: %q", up.generation, got)
		}
		up.c.Close()
	}
}

func (up *upload) answer(t *testing.T) string {
	t.Helper()
	res, err := http.ReadResponse(up.r, nil)
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	return string(b)
}

// TestUpgradeStop_AtAnyMoment ends the request in progress at once, so that TERM also meets an old supervisor that is just
// about to leave. The moments are spread over an upgrade, since what happens between two of its lines in the log cannot
// be waited for.
func TestUpgradeStop_AtAnyMoment(t *testing.T) {
	t.Parallel()
	for moment := time.Duration(0); moment < 260*time.Millisecond; moment += 11 * time.Millisecond {
		t.Run(moment.String(), func(t *testing.T) {
			t.Parallel()
			u := newUpgradeStop(t, "asked for", script{})
			u.uploadTo(1)
			u.reach("asked for")
			time.Sleep(moment)
			u.terminate("old")
			u.finish()
			u.await("everything to leave", func() bool { return len(u.processes()) == 0 })
		})
	}
}
