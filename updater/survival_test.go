package updater_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/disktest"
	"github.com/samchon/payments-server/updater/journal"
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
	machines[0].awaitServing(t, "c0")
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
	machines[0].awaitServing(t, "c0")
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

// A rollout that was interrupted is never resumed: nobody waits for it any more, and to go back is always possible.
func TestMaster_ThatIsKilledAndStartedAgainReturnsTheFleet(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		at    string // machine that is in a state then
		state updater.State
		// Of a machine: to what its handover is not over then, and what it refuses of the commit.
		holds, refuses map[string]string
	}{
		{name: "WhileOneBuilds", at: "b", state: updater.Building, refuses: map[string]string{"b": "hang"}},
		{name: "WhileTheCanaryHandsOver", at: "a", state: updater.Handover, holds: map[string]string{"a": "c1"}},
		{name: "WhileTheCanaryIsOnProbation", at: "a", state: updater.Probation},
		{name: "WhileTheOthersHandOver", at: "b", state: updater.Handover, holds: map[string]string{"b": "c1", "c": "c1"}},
		{name: "WhileTheyReturn", at: "a", state: updater.Returning, holds: map[string]string{"a": "c0"},
			refuses: map[string]string{"c": "handover"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, machines := newWorld(t, "a", "b", "c")
			var releases []func()
			for _, m := range machines {
				if commit, ok := test.holds[m.name]; ok {
					releases = append(releases, m.hold(t, commit))
				}
				m.refuses["c1"] = test.refuses[m.name]
			}
			w.begin(t, "c1", test.at, test.state)
			w.kill(t)
			w.startMaster(t)
			w.await(t, "all machines are back", func(f updater.Fleet) bool { return len(f.Machines) == len(machines) })
			if len(releases) > 0 {
				if _, err := w.update(t.Context(), "c2"); err == nil || !strings.Contains(err.Error(), "try again in a moment: ") {
					t.Errorf("an update while %s is between two releases is told %v", test.at, err)
				}
			}
			for _, release := range releases {
				release()
			}
			w.await(t, "every machine has returned", func(f updater.Fleet) bool {
				return !slices.ContainsFunc(f.Machines, func(m updater.Machine) bool {
					return m.Commit != "c0" || m.Leased != "" || m.State == updater.Handover
				})
			})
			runs(t, "c0", machines...)
			if r := w.last(t); r.Outcome != updater.Undone || !strings.Contains(r.Reason, "the master stopped") {
				t.Errorf("the rollout is %s because of %q", r.Outcome, r.Reason)
			}
			w.updates(t, "c2", updater.Updated)
			runs(t, "c2", machines...)
		})
	}
}

// last is what the journal says of the last rollout.
func (w *world) last(t *testing.T) (last updater.Rollout) {
	t.Helper()
	text, err := w.client().Journal(t.Context())
	must(t, err)
	_, err = journal.Verify(bytes.NewReader(text), func(line json.RawMessage) error {
		var e updater.Entry
		err := json.Unmarshal(line, &e)
		if e.Event == updater.EventStart || e.Event == updater.EventEnd {
			last = *e.Rollout
		}
		return err
	})
	must(t, err)
	return last
}

func TestMaster_ThatDiesBeforeTheDecisionAndStaysAwayIsReturnedFrom(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a", "b")
	w.begin(t, "c1", "a", updater.Probation)
	w.kill(t)
	machines[0].awaitServing(t, "c0")
}

func TestMaster_ThatDiesAfterTheDecisionAndStaysAwayIsFollowedWhenItIsBack(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a")
	machines[0].deaf.Store(true)
	w.begin(t, "c1", "a", updater.Probation)
	w.await(t, "it is decided", func(f updater.Fleet) bool { return f.Rollout.Outcome == updater.Updated })
	w.kill(t)
	machines[0].awaitServing(t, "c0")
	machines[0].deaf.Store(false)
	w.startMaster(t)
	w.await(t, "the machine runs the commit for good", func(f updater.Fleet) bool {
		return len(f.Machines) == 1 && f.Machines[0].Commit == "c1" && f.Machines[0].Leased == ""
	})
	runs(t, "c1", machines...)
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

func TestMaster_WhoseDiskIsFullReturnsTheFleet(t *testing.T) {
	t.Parallel()
	disktest.Run(t, func(fill disktest.Fill) {
		w, machines := newWorld(t, "a", "b")
		w.updates(t, "c1", updater.Updated)
		free := func() {}
		machines[0].during["c2"] = func() { // the start is written by then, and the end will not fit
			info, err := os.Stat(w.home.Updater("journal.jsonl"))
			must(t, err)
			free = fill(info.Size())
		}
		reason := w.updates(t, "c2", updater.Undone)
		if !strings.Contains(reason, "write the journal") {
			t.Errorf("it was undone because of %q", reason)
		}
		runs(t, "c1", machines...)
		_, err := w.update(t.Context(), "c3")
		if err == nil || !strings.Contains(err.Error(), "write the journal") {
			t.Errorf("the next update is told %v", err)
		}
		free()
		w.updates(t, "c3", updater.Updated)
		runs(t, "c3", machines...)
	})
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
