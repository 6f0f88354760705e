package updater

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/samchon/payments-server/updater/journal"
	"github.com/samchon/payments-server/updater/release"
)

// MasterOptions say what a master needs. All are required but Branch.
type MasterOptions struct {
	Mode     string
	Branch   string // that orders mean when they name none; empty leaves it to the slaves
	Password string
	Home     release.Home
	Gate     time.Duration
	Lease    time.Duration
	Log      *slog.Logger
}

// Master decides what the machines of a fleet run. It is served by its Handler, and acts in Run.
type Master struct {
	MasterOptions
	journal *journal.Journal

	mu       sync.Mutex
	changed  chan struct{} // closed at the next change of what follows
	machines map[string]*member
	fleet    Fleet                   // without its machines
	freeze   *Freeze                 // or its end, whichever was said last
	ended    map[string]Outcome      // of rollouts
	abort    context.CancelCauseFunc // of the rollout that is under way, or nil
	tried    map[string]bool         // convergences
}

// member is a machine as the master sees it.
type member struct {
	Machine
	wish Wish
}

// lost reports whether a machine has said nothing for too long.
func (m *member) lost() bool { return time.Since(m.Seen) > silence }

// between reports whether a machine is between two releases. Nobody could say what a rollout that begins then would
// return it to.
func (m *member) between() bool { return m.Leased != "" || m.State == Handover }

// unsettled tells of a machine that is between two releases, and is empty without one. The mutex is held.
func (m *Master) unsettled(which func(*member) bool) string {
	for _, name := range m.names(which) {
		if one := m.machines[name]; one.between() {
			return strings.TrimSpace(fmt.Sprintf("%s is at %s %s", name, one.State, one.Error))
		}
	}
	return ""
}

// NewMaster reads the journal. A rollout without an end in it was interrupted by the end of the last master: its
// machines will be returned as they report.
func NewMaster(o MasterOptions) (*Master, error) {
	m := &Master{MasterOptions: o, changed: make(chan struct{}),
		machines: map[string]*member{}, tried: map[string]bool{}, ended: map[string]Outcome{}, fleet: Fleet{Mode: o.Mode, Branch: o.Branch}}
	var err error
	if m.journal, err = journal.Open(o.Home.Updater("journal.jsonl"), m.replay); err != nil {
		return nil, err
	}
	if r := m.fleet.Rollout; r != nil && r.Outcome == "" {
		r.Outcome, r.Reason = Undone, "the master stopped in the middle of it; machines return when they report"
		err = m.write(Entry{Event: EventEnd, Rollout: r})
	}
	return m, err
}

// Close closes the journal.
func (m *Master) Close() error { return m.journal.Close() }

// Entry is a line of the journal.
type Entry struct {
	At      time.Time `json:"at"`
	Event   Event     `json:"event"`
	Rollout *Rollout  `json:"rollout,omitempty"`
	Machine *Machine  `json:"machine,omitempty"`
	Freeze  *Freeze   `json:"freeze,omitempty"`
}

// Event is what happened.
type Event string

// Of a rollout the journal has its start, its end, and between them what became of each machine.
const (
	EventStart   Event = "start"
	EventMachine Event = "machine"
	EventEnd     Event = "end"
	EventFreeze  Event = "freeze" // or its end
)

// write makes something true: first in the journal, then here.
func (m *Master) write(e Entry) error {
	e.At = time.Now().UTC()
	if err := m.journal.Append(e); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.apply(e)
	return nil
}

func (m *Master) replay(text json.RawMessage) error {
	var e Entry
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	m.apply(e)
	return nil
}

func (m *Master) apply(e Entry) {
	switch e.Event {
	case EventStart, EventEnd:
		r := *e.Rollout
		m.fleet.Rollout, m.ended[r.ID] = &r, r.Outcome
		if r.Outcome == Updated {
			m.fleet.Commit = r.To
		}
	case EventFreeze:
		m.freeze, m.fleet.Frozen = e.Freeze, e.Freeze
		if e.Freeze.Lifted {
			m.fleet.Frozen = nil
		}
	}
	m.tell()
}

// tell wakes everyone who waits for a change. The mutex is held.
func (m *Master) tell() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// await returns when done says so, which is asked at every change and at every beat, or when ctx ends.
func (m *Master) await(ctx context.Context, done func() (bool, error)) error {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		m.mu.Lock()
		over, err := done()
		changed := m.changed
		m.mu.Unlock()
		if over || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		case <-tick.C:
		}
	}
}

// report takes a machine's word, and returns the wish for it at the next change of that, or after a beat.
func (m *Master) report(ctx context.Context, said Machine) (Wish, error) {
	m.mu.Lock()
	before := m.machines[said.Name]
	if before != nil && before.Session != said.Session && !before.lost() {
		m.mu.Unlock()
		return Wish{}, errTwice
	}
	said.Seen = time.Now()
	one := &member{Machine: said}
	if before != nil {
		one.wish = before.wish
	}
	m.machines[said.Name] = one
	if before == nil || before.State != said.State || before.Session != said.Session || before.Leased != said.Leased || before.Target != said.Target {
		m.tell()
	}
	had := m.wishFor(one)
	m.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, beat)
	defer cancel()
	var wish Wish
	err := m.await(ctx, func() (bool, error) {
		wish = m.wishFor(m.machines[said.Name])
		return wish != had, nil
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return wish, err
}

var errTwice = errors.New("another machine of that name is connected: give each its own by UPDATER_NAME")

// wishFor is what the present rollout wishes of a machine; without one, a machine with a lease finds out how that
// rollout ended. The mutex is held.
func (m *Master) wishFor(one *member) Wish {
	w := one.wish
	switch outcome := m.ended[one.Leased]; {
	case w.Rollout != "" || one.Leased == "":
	case outcome == Updated:
		w = Wish{Rollout: one.Leased, Phase: Keep}
	default:
		w = Wish{Rollout: one.Leased, Phase: Return}
	}
	w.Freeze = m.freeze
	return w
}

// snapshot is the fleet with its machines. The mutex is held.
func (m *Master) snapshot() Fleet {
	f := m.fleet
	if f.Rollout != nil {
		r := *f.Rollout
		f.Rollout = &r
	}
	f.Machines = []Machine{}
	for _, name := range m.names(func(*member) bool { return true }) {
		f.Machines = append(f.Machines, m.machines[name].Machine)
	}
	return f
}
