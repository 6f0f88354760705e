package updater

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/updater/release"
)

// rollout is one that is under way. Its goroutine alone touches it.
type rollout struct {
	m     *Master
	order Order
	state Rollout
	from  map[string]string // commit of each machine before
}

// occupy makes this the only rollout, until vacate is called. It can be aborted meanwhile.
func (m *Master) occupy(abort context.CancelCauseFunc) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.abort != nil {
		return false
	}
	m.abort = abort
	return true
}

func (m *Master) vacate() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.abort = nil
	m.tell()
}

// start writes a rollout to the journal, to all connected machines that take part.
func (m *Master) start(o Order, takesPart func(*member) bool) (*rollout, error) {
	r := &rollout{m: m, order: o, from: map[string]string{}}
	m.mu.Lock()
	frozen, names, from := m.fleet.Frozen, m.names(takesPart), m.fleet.Commit
	unsettled := m.unsettled(takesPart)
	for _, name := range names {
		r.from[name] = m.machines[name].Commit
	}
	m.mu.Unlock()
	if frozen != nil {
		return nil, frozen
	}
	if len(names) == 0 {
		return nil, errors.New("no machine is connected: start `payments updater slave` on each")
	}
	if unsettled != "" {
		return nil, fmt.Errorf("the last rollout has not ended everywhere, try again in a moment: %s", unsettled)
	}
	r.state = Rollout{ID: uuid.NewString(), Who: o.Who, At: time.Now().UTC(), Machines: names, From: from, Branch: o.Branch, Step: "prepare"}
	return r, m.write(Entry{Event: EventStart, Rollout: &r.state})
}

// names lists machines. The mutex is held.
func (m *Master) names(which func(*member) bool) []string {
	var names []string
	for name, one := range m.machines {
		if which(one) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// run ends with every machine on the commit, or with every machine where it was.
func (r *rollout) run(ctx context.Context) {
	r.m.Log.Info("rollout starts", "rollout", r.state.ID, "who", r.state.Who, "machines", r.state.Machines)
	err := r.bring(ctx)
	if err == nil {
		err = r.decide()
	}
	if err != nil {
		r.undo(err)
	} else {
		r.confirm()
	}
	r.wish(r.state.Machines, "") // wishes nothing any more
	r.m.Log.Info("rollout ends", "rollout", r.state.ID, "commit", r.state.To, "outcome", r.state.Outcome, "reason", r.state.Reason)
}

// bring prepares the release on every machine, and switches them wave by wave.
func (r *rollout) bring(ctx context.Context) error {
	first := r.state.Machines[:1]
	r.state.To = r.order.Commit
	r.wish(first, Prepare)
	if err := r.until(ctx, first, func(m Machine) bool { return m.Target != "" }); err != nil {
		return err
	}
	r.state.To = r.machine(first[0]).Target
	r.step("prepare")
	r.wish(r.state.Machines, Prepare)
	if err := r.until(ctx, r.state.Machines, func(m Machine) bool { return m.State == Ready }); err != nil {
		return err
	}
	r.state.Branch, r.state.Time = r.machine(first[0]).Branch, r.machine(first[0]).CommitTime
	if err := r.compare(); err != nil {
		return err
	}
	for i, wave := range r.waves() {
		r.step(fmt.Sprintf("wave %d", i+1))
		if err := r.switchOver(ctx, wave); err != nil {
			return err
		}
	}
	return nil
}

// waves are the canaries, and then all others in groups.
func (r *rollout) waves() [][]string {
	names := r.state.Machines
	canary := min(max(r.order.Canary, 1), len(names))
	waves, rest := [][]string{names[:canary]}, names[canary:]
	if r.order.Wave <= 0 && len(rest) > 0 {
		return append(waves, rest)
	}
	return slices.AppendSeq(waves, slices.Chunk(rest, max(r.order.Wave, 1)))
}

// compare refuses programs that should be the same and are not: a machine, or what it built with, is not what we think.
func (r *rollout) compare() error {
	made := map[string]Machine{}
	for _, name := range r.state.Machines {
		m := r.machine(name)
		if other, ok := made[m.Go]; ok && other.SHA256 != m.SHA256 {
			return fmt.Errorf("%s and %s have built different programs of %s with %s: %s and %s", other.Name, name,
				release.Short(r.state.To), m.Go, release.Short(other.SHA256), release.Short(m.SHA256))
		}
		made[m.Go] = m
	}
	return nil
}

// switchOver brings a wave to the release, and looks for a while how the fleet bears it.
func (r *rollout) switchOver(ctx context.Context, wave []string) error {
	r.wish(wave, Switch)
	if err := r.until(ctx, wave, func(m Machine) bool { return m.State == Probation }); err != nil {
		return err
	}
	passed := errors.New("gate passed")
	gate, cancel := context.WithTimeoutCause(ctx, r.m.Gate, passed)
	defer cancel()
	if err := r.until(gate, wave, func(Machine) bool { return false }); !errors.Is(err, passed) {
		return err
	}
	// A machine that has fallen silent meanwhile is not known to be well.
	over := time.Now()
	return r.until(ctx, r.state.Machines, func(m Machine) bool { return m.Seen.After(over) })
}

// until waits for machines, unless one of the whole rollout fails or is lost.
func (r *rollout) until(ctx context.Context, names []string, reached func(Machine) bool) error {
	return r.m.await(ctx, func() (bool, error) {
		for _, name := range r.state.Machines {
			switch one := r.m.machines[name]; {
			case one.lost():
				return false, fmt.Errorf("%s: no word from it for %s", name, silence)
			case one.Rollout == r.state.ID && (one.State == Failed || one.State == Returned):
				return false, fmt.Errorf("%s: %s", name, one.Error)
			}
		}
		return !slices.ContainsFunc(names, func(name string) bool {
			one := r.m.machines[name]
			return one.Rollout != r.state.ID || !reached(one.Machine)
		}), nil
	})
}

// decide makes the rollout final. From that line on machines that come back are kept on the commit, or brought to it.
func (r *rollout) decide() error {
	if err := r.writeMachines(); err != nil {
		return err
	}
	end := r.state
	end.Step, end.Outcome = "done", Updated
	if err := r.m.write(Entry{Event: EventEnd, Rollout: &end}); err != nil {
		return err
	}
	r.state = end
	return nil
}

// confirm ends the leases. A machine that does not hear it returns by itself, and is brought to the commit again.
func (r *rollout) confirm() {
	r.wish(r.state.Machines, Keep)
	patience, cancel := context.WithTimeout(context.Background(), r.m.Lease)
	defer cancel()
	if err := r.until(patience, r.state.Machines, func(m Machine) bool { return m.State == Done }); err != nil {
		r.state.Reason = fmt.Sprintf("not every machine has confirmed, those that have not will follow by themselves: %v", err)
		r.end()
	}
}

// undo brings every machine back to where it was, and sees that it is there.
func (r *rollout) undo(reason error) {
	r.m.Log.Error("rollout is undone", "rollout", r.state.ID, "reason", reason)
	r.state.Reason = reason.Error()
	r.step("returning")
	r.wish(r.state.Machines, Return)
	began := time.Now()
	patience, cancel := context.WithTimeout(context.Background(), SettleTimeout)
	defer cancel()
	err := r.m.await(patience, func() (bool, error) {
		return !slices.ContainsFunc(r.state.Machines, func(name string) bool {
			given := r.m.machines[name].lost() && time.Since(began) > r.m.Lease+silence
			return !r.back(name) && !given
		}), nil
	})
	r.state.Outcome = Undone
	if away := r.away(); err != nil || len(away) > 0 {
		r.state.Outcome = Unclear
		r.state.Reason += fmt.Sprintf("; not seen to be back: %s", strings.Join(away, ", "))
	}
	if err := r.writeMachines(); err != nil {
		r.m.Log.Error("cannot write the journal", "err", err)
	}
	r.end()
}

// back reports whether a machine is seen to be where it was. The mutex is held.
func (r *rollout) back(name string) bool {
	one := r.m.machines[name]
	settled := one.Rollout != r.state.ID || one.State == Returned
	return !one.lost() && settled && one.Leased == "" && (one.Commit == r.from[name] || r.from[name] == "")
}

func (r *rollout) away() []string {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.state.Machines), r.back)
}

func (r *rollout) end() {
	end := r.state
	if err := r.m.write(Entry{Event: EventEnd, Rollout: &end}); err != nil {
		r.m.Log.Error("cannot write the journal", "err", err)
		r.show(end) // nothing is decided by it, and the command is told how it ended
	}
}

// writeMachines puts what became of each machine into the journal.
func (r *rollout) writeMachines() error {
	for _, name := range r.state.Machines {
		m := r.machine(name).withoutFigures()
		if err := r.m.write(Entry{Event: EventMachine, Rollout: &Rollout{ID: r.state.ID}, Machine: &m}); err != nil {
			return err
		}
	}
	return nil
}

func (r *rollout) machine(name string) Machine {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return r.m.machines[name].Machine
}

// wish tells machines what to do next.
func (r *rollout) wish(names []string, p Phase) {
	w := Wish{Rollout: r.state.ID, Phase: p, Branch: r.order.Branch, Commit: r.state.To, Rollback: r.order.Rollback}
	if p == "" {
		w = Wish{}
	}
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	for _, name := range names {
		r.m.machines[name].wish = w
	}
	r.m.tell()
}

// step shows where the rollout is.
func (r *rollout) step(name string) {
	r.state.Step = name
	r.show(r.state)
}

func (r *rollout) show(state Rollout) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	r.m.fleet.Rollout = &state
	r.m.tell()
}
