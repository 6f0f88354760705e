package updater_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/journal"
)

func TestRollout_BringsEveryMachineToTheCommit(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a", "b", "c")
	if reason := w.updates(t, "c1", updater.Updated); reason != "" {
		t.Errorf("there is still something: %s", reason)
	}
	runs(t, "c1", machines...)
	if order := w.handovers(); !strings.HasPrefix(order, "a c1, ") {
		t.Errorf("handovers were %s, want the canary's first", order)
	}
}

func TestRollout_RemovesOldReleasesButTheSupervisors(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a")
	for _, commit := range []string{"c1", "c2", "c3", "c4"} {
		w.updates(t, commit, updater.Updated)
	}
	left, err := os.ReadDir(machines[0].home.Dir(""))
	must(t, err)
	var names []string
	for _, entry := range left {
		names = append(names, entry.Name())
	}
	if want := []string{"c0", "c2", "c3", "c4"}; !slices.Equal(names, want) { // the supervisor is still of c0
		t.Errorf("releases are %q, want %q", names, want)
	}
}

func TestRollout_GoesInWaves(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t, "a", "b", "c", "d")
	var steps []string
	order := updater.Order{Mode: "local", Commit: "c1", Canary: 1, Wave: 2}
	_, err := w.client().Update(t.Context(), order, func(f updater.Fleet) { steps = append(steps, f.Rollout.Step) })
	must(t, err)
	if got := slices.Compact(steps); !slices.Equal(got, []string{"prepare", "wave 1", "wave 2", "wave 3", "done"}) &&
		!slices.Equal(got, []string{"prepare", "wave 1", "wave 2", "done"}) {
		t.Errorf("steps were %q", got)
	}
	handovers := strings.Split(w.handovers(), ", ")
	slices.Sort(handovers[1:3])
	if want := []string{"a c1", "b c1", "c c1", "d c1"}; !slices.Equal(handovers, want) {
		t.Errorf("handovers were %q, want %q", handovers, want)
	}
}

func TestRollout_LeavesOrReturnsEveryMachineWhenOneFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, at, reason, handovers string }{
		{"ToBuild", "build", "c: it does not compile", ""},
		{"ToBuildTheSameBytes", "bytes", "different programs", ""},
		{"ToHandOver", "handover", "c: generation 2 worker 1: exit status 7", "a c1, b c1"},
		{"OnProbation", "probation", "c: on probation", "a c1, b c1, c c1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, machines := newWorld(t, "a", "b", "c")
			machines[2].refuses["c1"] = test.at
			order := updater.Order{Mode: "local", Commit: "c1", Canary: 2}
			fleet, err := w.client().Update(t.Context(), order, func(updater.Fleet) {})
			must(t, err)
			if r := fleet.Rollout; r.Outcome != updater.Undone || !strings.Contains(r.Reason, test.reason) {
				t.Errorf("it is %s because of %q, want undone because of %q", r.Outcome, r.Reason, test.reason)
			}
			runs(t, "c0", machines...)
			happened := strings.Split(w.handovers(), ", ")
			there := slices.DeleteFunc(happened, func(h string) bool { return strings.HasSuffix(h, " c0") })
			slices.Sort(there)
			if got := strings.Join(there, ", "); got != test.handovers {
				t.Errorf("handovers were %q, want %q", got, test.handovers)
			}
			w.updates(t, "c2", updater.Updated)
			runs(t, "c2", machines...)
		})
	}
}

// The supervisor of an undone release is not left in charge because a request takes its time.
func TestRollout_IsUndoneOnceTheSupervisorIsBack(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a")
	a := machines[0]
	a.heads["c1"] = "other code"
	a.refuses["c1"] = "probation"
	a.busy["c0"] = 3
	fleet, err := w.client().Update(t.Context(), updater.Order{Mode: "local", Commit: "c1"}, func(updater.Fleet) {})
	must(t, err)
	if r := fleet.Rollout; r.Outcome != updater.Undone {
		t.Errorf("it is %s because of %q, want undone", r.Outcome, r.Reason)
	}
	runs(t, "c0", a)
	if program, err := a.Program(); err != nil || program != a.home.Binary("c0") {
		t.Errorf("the supervisor is %s, %v", program, err)
	}
	if got := w.handovers(); got != "a c1, a c0" {
		t.Errorf("handovers were %q", got)
	}
}

func TestRollout_OnlyOneAtATime(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a", "b")
	machines[0].refuses["c1"] = "hang"
	ctx, hangUp := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = w.update(ctx, "c1")
	}()
	w.await(t, "the first has begun", func(f updater.Fleet) bool { return f.Rollout != nil })
	if _, err := w.update(t.Context(), "c2"); !errors.Is(err, updater.ErrBusy) || err.Error() != "Already updating." {
		t.Errorf("the second is told %v, want Already updating.", err)
	}
	hangUp()
	<-ended
	w.updates(t, "c2", updater.Updated)
	runs(t, "c2", machines...)
}

func TestRollout_IsAbortedWithItsCommand(t *testing.T) {
	t.Parallel()

	t.Run("ThatIsInterrupted", func(t *testing.T) {
		t.Parallel()
		w, machines := newWorld(t, "a", "b")
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		fleet, err := w.client().Update(ctx, updater.Order{Mode: "local", Commit: "c1"}, func(f updater.Fleet) {
			if f.Rollout.Step == "wave 1" {
				interrupt()
			}
		})
		must(t, err)
		if r := fleet.Rollout; r.Outcome != updater.Undone || !strings.Contains(r.Reason, "aborted") {
			t.Errorf("it is %s because of %q", r.Outcome, r.Reason)
		}
		runs(t, "c0", machines...)
	})

	t.Run("ThatIsKilled", func(t *testing.T) {
		t.Parallel()
		w, machines := newWorld(t, "a", "b")
		ctx, kill := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.address+"/rollout", strings.NewReader(`{"mode":"local","commit":"c1"}`))
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+password)
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		w.await(t, "the canary has handed over", func(f updater.Fleet) bool { return f.Machines[0].State == updater.Probation })
		kill()
		res.Body.Close()
		w.await(t, "the rollout is undone", func(f updater.Fleet) bool { return f.Rollout.Outcome == updater.Undone })
		runs(t, "c0", machines...)
		w.updates(t, "c2", updater.Updated)
	})
}

func TestRollout_Refuses(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t)
	for name, test := range map[string]struct {
		order updater.Order
		want  string
	}{
		"WithoutMachines": {updater.Order{Mode: "local"}, "no machine is connected"},
		"AnotherMode":     {updater.Order{Mode: "real"}, "this master is in local mode, not in real"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := w.client().Update(t.Context(), test.order, func(updater.Fleet) {})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a")
	must(t, w.client().Freeze(t.Context(), updater.Freeze{Who: "ann", Reason: "sales day"}))
	_, err := w.update(t.Context(), "c1")
	if err == nil || !strings.Contains(err.Error(), "frozen by ann") || !strings.Contains(err.Error(), "sales day") {
		t.Errorf("an update is told %v", err)
	}

	w.stop()
	w.startMaster(t)
	if _, err = w.update(t.Context(), "c1"); err == nil || !strings.Contains(err.Error(), "sales day") {
		t.Errorf("after a restart of the master an update is told %v", err)
	}

	await(t, "the machine knows of it", func() bool { _, err := os.Stat(machines[0].home.Updater("freeze.json")); return err == nil })
	w.stop()
	must(t, os.Remove(w.home.Updater("journal.jsonl")))
	w.startMaster(t) // as another one, which knows of no freeze
	machines[0].stop()
	machines[0].start(t)
	w.await(t, "the machine is there", func(f updater.Fleet) bool { return len(f.Machines) == 1 })
	if reason := w.updates(t, "c1", updater.Undone); !strings.Contains(reason, "a: updates are frozen by ann") {
		t.Errorf("a machine refused because of %q, want its freeze", reason)
	}
	runs(t, "c0", machines...)

	must(t, w.client().Freeze(t.Context(), updater.Freeze{Who: "bob", Lifted: true}))
	await(t, "the machine knows that it is lifted", func() bool { return updater.Frozen(machines[0].home) == nil })
	w.updates(t, "c1", updater.Updated)
}

func TestJournal_TellsWhatHappened(t *testing.T) {
	t.Parallel()
	w, machines := newWorld(t, "a", "b")
	machines[1].refuses["c2"] = "handover"
	w.updates(t, "c1", updater.Updated)
	w.updates(t, "c2", updater.Undone)
	must(t, w.client().Freeze(t.Context(), updater.Freeze{Who: "ann", Reason: "holiday"}))
	text, err := w.client().Journal(t.Context())
	must(t, err)
	var events []string
	_, err = journal.Verify(bytes.NewReader(text), func(line json.RawMessage) error {
		var e updater.Entry
		err := json.Unmarshal(line, &e)
		told := string(e.Event)
		switch e.Event {
		case updater.EventEnd:
			told += " " + e.Rollout.From + ">" + e.Rollout.To + " " + string(e.Rollout.Outcome)
		case updater.EventMachine:
			told += " " + e.Machine.Name + " " + string(e.Machine.State) + " " + e.Machine.SHA256
		}
		events = append(events, told)
		return err
	})
	must(t, err)
	want := []string{"start", "machine a probation of c1", "machine b probation of c1", "end >c1 updated",
		"start", "machine a returned of c2", "machine b returned of c2", "end c1>c2 undone", "freeze"}
	if !slices.Equal(events, want) {
		t.Errorf("the journal tells\n%s\nwant\n%s", strings.Join(events, "\n"), strings.Join(want, "\n"))
	}
}
