package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/monitor"
	"github.com/samchon/payments-server/monitor/live"
	"github.com/samchon/payments-server/supervisor"
)

const (
	// fresh is how old a sample may be that is shown to another viewer: ten of them cost what one does.
	fresh = every / 2
	// askTimeout bounds the wait for one worker.
	askTimeout = 2 * time.Second
	// fleetTimeout bounds the wait for the updater's master.
	fleetTimeout = 300 * time.Millisecond
)

// Machine is what `payments monitor` shows of a machine: the workers that answered.
type Machine struct {
	Workers []Worker `json:"workers"`
}

// Worker is a worker process in its own words.
type Worker struct {
	Generation  int              `json:"generation"`
	Slot        int              `json:"worker"`
	PID         int              `json:"pid"`
	State       supervisor.State `json:"state"`
	Performance api.Performance  `json:"performance"`
	System      api.System       `json:"system"`
}

// machine looks at this machine through its supervisor.
type machine struct {
	view    supervisor.View
	fleet   func(context.Context) (any, error)
	sampler live.Sampler

	mu      sync.Mutex
	looked  time.Time
	last    []byte // in JSON
	commit  live.Commit
	builtBy int // the generation that commit is of
}

// shown is what the page shows.
type shown struct {
	live.Sample
	Fleet any `json:"fleet"` // null where there is none
}

// look tells in JSON what is true now, or was half a second ago.
func (m *machine) look() ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Since(m.looked) < fresh {
		return m.last, nil
	}
	census := m.view.Census()
	families, _ := m.view.Metrics.Gather() // what could not be gathered is missing, the rest is there
	now := shown{m.sampler.Sample(live.NewReading(time.Now(), census, families)), m.tellFleet()}
	if commit, ok := m.commitOf(census); ok {
		now.Commit = commit
	}
	text, err := json.Marshal(now)
	if err != nil {
		return nil, err // no float of ours is infinite
	}
	m.looked, m.last = time.Now(), text
	return text, nil
}

// commitOf tells of the commit that serves what only its worker knows. It is asked once per generation.
func (m *machine) commitOf(c supervisor.Census) (serves live.Commit, ok bool) {
	for _, g := range c.Generations {
		if g.State != supervisor.Blessed && g.State != supervisor.Probation || len(g.Workers) == 0 {
			continue
		}
		if g.Number != m.builtBy {
			system, err := ask[api.System](context.Background(), m.view, g.Workers[0].PID, monitor.SystemPath)
			if err != nil {
				continue // another time
			}
			m.builtBy, m.commit = g.Number, live.Commit{Hash: g.Commit, Subject: system.Commit.Subject,
				At: system.Commit.CommittedAt}
		}
		serves, ok = m.commit, true
	}
	return serves, ok
}

// tellFleet is nil where no master answers.
func (m *machine) tellFleet() any {
	if m.fleet == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), fleetTimeout) // no single viewer's: it is told to all
	defer cancel()
	fleet, err := m.fleet(ctx)
	if err != nil {
		return nil
	}
	return fleet
}

// workers asks each of them, all at once.
func (m *machine) workers(ctx context.Context) Machine {
	var asking sync.WaitGroup
	var all []*Worker
	for _, g := range m.view.Census().Generations {
		for _, w := range g.Workers {
			asked := &Worker{Generation: g.Number, Slot: w.Slot, PID: w.PID, State: g.State}
			all = append(all, asked)
			asking.Go(func() {
				var failed error
				if asked.Performance, failed = ask[api.Performance](ctx, m.view, w.PID, monitor.PerformancePath); failed == nil {
					asked.System, failed = ask[api.System](ctx, m.view, w.PID, monitor.SystemPath)
				}
				asked.System.Package.Dependencies = nil // long, and the same everywhere; /monitors/system has them
				if failed != nil {
					asked.PID = 0
				}
			})
		}
	}
	asking.Wait()
	answered := Machine{Workers: []Worker{}}
	for _, w := range all {
		if w.PID != 0 {
			answered.Workers = append(answered.Workers, *w)
		}
	}
	return answered
}

// ask reads JSON that a worker tells.
func ask[T any](ctx context.Context, view supervisor.View, pid int, path string) (told T, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	res, err := view.Ask(ctx, pid, path)
	if err != nil {
		return told, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return told, fmt.Errorf("worker %d answered %s to %s", pid, res.Status, path)
	}
	err = json.NewDecoder(res.Body).Decode(&told)
	return told, err
}
