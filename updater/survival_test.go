package updater_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/updater"
)

// begin asks for a rollout, and returns when a machine is in a state; the rollout ends with the test.
func (w *world) begin(t *testing.T, commit, name string, state updater.State) (ended <-chan updater.Rollout) {
	t.Helper()
	done := make(chan updater.Rollout, 1)
	ctx, cancel := context.WithCancel(context.Background())
	following := make(chan struct{})
	go func() {
		defer close(following)
		fleet, err := w.update(ctx, commit)
		if err == nil {
			done <- *fleet.Rollout
		}
	}()
	t.Cleanup(func() { cancel(); <-following })
	w.await(t, name+" is in state "+string(state), func(f updater.Fleet) bool {
		for _, m := range f.Machines {
			if m.Name == name && m.State == state && m.Target == commit {
				return true
			}
		}
		return false
	})
	return done
}

func TestSlave_ThatIsCutOffOnProbationReturnsByItself(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a", "b")
	ended := w.begin(t, "c1", "a", updater.Probation)
	machines[0].cut.Store(true)
	await(t, "the machine that is cut off has returned", func() bool {
		machines[0].mu.Lock()
		defer machines[0].mu.Unlock()
		return machines[0].serving == "c0"
	})
	machines[0].cut.Store(false)
	if r := <-ended; r.Outcome != updater.Undone || !strings.HasPrefix(r.Reason, "a: ") {
		t.Errorf("the rollout is %s because of %q", r.Outcome, r.Reason)
	}
	runs(t, "c0", machines...)
}

func TestSlave_ThatNeverComesBackLeavesTheRolloutUnclear(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a", "b")
	ended := w.begin(t, "c1", "a", updater.Probation)
	machines[0].stop()
	if r := <-ended; r.Outcome != updater.Unclear || !strings.Contains(r.Reason, "not seen to be back: a") {
		t.Errorf("the rollout is %s because of %q", r.Outcome, r.Reason)
	}
	runs(t, "c0", machines[1])
	machines[0].start(t) // its lease says what to do
	await(t, "the machine has returned", func() bool {
		machines[0].mu.Lock()
		defer machines[0].mu.Unlock()
		return machines[0].serving == "c0"
	})
}

func TestSlave_ThatIsRestartedInMidRollout(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a", "b")
	ended := w.begin(t, "c1", "a", updater.Probation)
	machines[0].stop()
	machines[0].start(t)
	if r := <-ended; r.Outcome != updater.Undone {
		t.Errorf("the rollout is %s because of %q", r.Outcome, r.Reason)
	}
	runs(t, "c0", machines...)
}

func TestSlave_ThatWasAwayFollows(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a", "b")
	machines[1].stop()
	w.await(t, "the slave is missed", func(f updater.Fleet) bool { return time.Since(f.Machines[1].Seen) > 6*time.Second })
	w.updates(t, "c1", updater.Updated)
	runs(t, "c0", machines[1])
	machines[1].start(t)
	w.await(t, "the machine follows", func(f updater.Fleet) bool { return f.Machines[1].Commit == "c1" && f.Machines[1].State == updater.Done })
	runs(t, "c1", machines...)
}

func TestMaster_ThatDiesBeforeTheDecision(t *testing.T) {
	t.Parallel()

	t.Run("AndIsStartedAgainReturnsTheFleet", func(t *testing.T) {
		t.Parallel()
		w, machines := newWorld(t, "a", "b")
		w.begin(t, "c1", "a", updater.Probation)
		w.kill(t)
		w.startMaster(t)
		w.await(t, "the machines have returned", func(f updater.Fleet) bool {
			return len(f.Machines) == 2 && f.Machines[0].Commit == "c0" && f.Machines[0].Leased == ""
		})
		runs(t, "c0", machines...)
		w.await(t, "the rollout has ended", func(f updater.Fleet) bool {
			return f.Rollout.Outcome == updater.Undone && strings.Contains(f.Rollout.Reason, "the master stopped")
		})
		w.updates(t, "c2", updater.Updated)
	})

	t.Run("AndStaysAwayIsReturnedFrom", func(t *testing.T) {
		t.Parallel()
		w, machines := newWorld(t, "a", "b")
		w.begin(t, "c1", "a", updater.Probation)
		w.kill(t)
		await(t, "the machine has returned", func() bool {
			machines[0].mu.Lock()
			defer machines[0].mu.Unlock()
			return machines[0].serving == "c0"
		})
	})
}

func TestMaster_ThatDiesAfterTheDecisionConfirmsItWhenItIsBack(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a")
	w.begin(t, "c1", "a", updater.Probation)
	w.await(t, "it is decided", func(f updater.Fleet) bool {
		if f.Rollout.Outcome == updater.Updated {
			machines[0].cut.Store(true) // maybe before the machine has heard it, maybe after
		}
		return f.Rollout.Outcome == updater.Updated
	})
	w.kill(t)
	machines[0].cut.Store(false)
	w.startMaster(t)
	w.await(t, "the machine runs the commit for good", func(f updater.Fleet) bool {
		return len(f.Machines) == 1 && f.Machines[0].Commit == "c1" && f.Machines[0].Leased == ""
	})
	runs(t, "c1", machines...)
}

func TestHandler_RefusesAtOnceAndSaysSo(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t)
	for name, test := range map[string]struct {
		method, path, password, says string
		status                       int
	}{
		"AWrongPassword":              {"GET", "/fleet", "samchon", "password is wrong", http.StatusUnauthorized},
		"NoPassword":                  {"POST", "/slave", "", "password is wrong", http.StatusUnauthorized},
		"AWrongPasswordAtNoPath":      {"GET", "/api", "samchon", "password is wrong", http.StatusUnauthorized},
		"AnUnknownPath":               {"GET", "/api", password, "nothing here", http.StatusNotFound},
		"AnotherMethod":               {"GET", "/slave", password, "nothing here", http.StatusNotFound},
		"ASlaveWithoutAName":          {"POST", "/slave", password, "has no name", http.StatusBadRequest},
		"AnOrderThatCannotBeReadJSON": {"POST", "/rollout", password, "not in", http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), test.method, "http://"+w.address+test.path+"?"+name, strings.NewReader("{}"))
			must(t, err)
			req.Header.Set("Authorization", "Bearer "+test.password)
			res, err := http.DefaultClient.Do(req)
			must(t, err)
			defer res.Body.Close()
			if res.StatusCode != test.status {
				t.Errorf("got %s, want %d", res.Status, test.status)
			}
			if !strings.Contains(w.log.String(), test.says) {
				t.Errorf("the log does not say %q: %s", test.says, &w.log)
			}
		})
	}
}

func TestHandler_RefusesASecondMachineOfTheSameName(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t, "a")
	_, err := w.client().Report(t.Context(), updater.Machine{Name: "a", Session: "another"})
	if err == nil || !strings.Contains(err.Error(), "UPDATER_NAME") {
		t.Errorf("got %v, want what to do", err)
	}
}
