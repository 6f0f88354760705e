package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/monitor/ops"
	"github.com/samchon/payments-server/updater"
)

// machine is one of those that `payments monitor` shows.
type machine struct {
	Name        string `json:"name"`
	ops.Machine        // without workers where the machine cannot be asked
}

// machines are all that the master knows: the configured one, or this machine's if it has one. Otherwise it is this one.
func (p *program) machines(cfg *config.Config) ([]machine, error) {
	client, err := updaterClient(cfg, masterURL(cfg))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(p.ctx, machineTimeout)
	defer cancel()
	fleet, err := client.Fleet(ctx)
	switch {
	case err == nil && len(fleet.Machines) > 0:
		return machinesOf(fleet)
	case err != nil && cfg.Updater.Master != "":
		return nil, fmt.Errorf("ask the master at %s for the machines: %w", cfg.Updater.Master, err)
	}
	m, err := readMachine(p.ctx, cfg.Admin.Addr())
	if err != nil {
		return nil, notRunning(cfg.Admin.Addr(), err)
	}
	return []machine{{cmp.Or(cfg.Updater.Name, "this"), m}}, nil
}

func machinesOf(fleet updater.Fleet) ([]machine, error) {
	var machines []machine
	for _, m := range fleet.Machines {
		told := machine{Name: m.Name}
		if len(m.Figures) > 0 && time.Since(m.Seen) < machineTimeout {
			if err := json.Unmarshal(m.Figures, &told.Machine); err != nil {
				return nil, fmt.Errorf("read the figures of %s: %w", m.Name, err)
			}
		}
		machines = append(machines, told)
	}
	return machines, nil
}

// figuresOf is what a slave tells its master of this machine.
func figuresOf(admin string) func(context.Context) (json.RawMessage, error) {
	return func(ctx context.Context) (json.RawMessage, error) {
		m, err := readMachine(ctx, admin)
		if err != nil {
			return nil, err
		}
		return json.Marshal(m)
	}
}

// fleetFrom asks the master for what the page shows of a fleet.
func fleetFrom(cfg *config.Config) func(context.Context) (any, error) {
	client, err := updaterClient(cfg, masterURL(cfg))
	if err != nil {
		return nil // the updater itself says what is wrong
	}
	return func(ctx context.Context) (any, error) {
		fleet, err := client.Fleet(ctx)
		if err != nil {
			return nil, err
		}
		return summarized(fleet), nil
	}
}

// fleetSummary is a fleet at a glance.
type fleetSummary struct {
	updater.Fleet
	Machines []machineSummary `json:"machines"`
}

type machineSummary struct {
	updater.Machine
	Workers int   `json:"workers"`
	Memory  int64 `json:"memory"` // resident, of all workers, bytes
}

// summarized adds the figures of each machine's workers up, which would be long for each second of each page.
func summarized(f updater.Fleet) fleetSummary {
	s := fleetSummary{Fleet: f, Machines: []machineSummary{}}
	for _, m := range f.Machines {
		var told ops.Machine
		_ = json.Unmarshal(m.Figures, &told) // what cannot be read is shown as nothing
		one := machineSummary{Machine: m, Workers: len(told.Workers)}
		one.Figures = nil
		for _, w := range told.Workers {
			one.Memory += w.Performance.Memory.RSS
		}
		s.Machines = append(s.Machines, one)
	}
	return s
}

// writeMachines prints what the workers of all machines use, and what they are.
func writeMachines(w io.Writer, machines []machine) error {
	t := columns(w)
	fmt.Fprintln(t, "MACHINE\tWORKER\tPID\tSTATE\tUP\tUSER\tSYSTEM\tRSS\tMAX RSS\tHEAP\tMAJOR FAULTS\tSWITCHES")
	for _, m := range machines {
		for _, v := range m.Workers {
			u := v.Performance
			fmt.Fprintf(t, "%s\t%d/%d\t%d\t%s\t%s\t%.1f s\t%.1f s\t%d MiB\t%d MiB\t%d MiB\t%d\t%d\n",
				m.Name, v.Generation, v.Slot, v.PID, v.State, time.Since(v.System.CreatedAt.Time).Round(time.Second),
				float64(u.CPU.User)/1e6, float64(u.CPU.System)/1e6, u.Memory.RSS>>20, u.Resource.MaxRSS>>10, u.Memory.HeapUsed>>20, u.Resource.MajorPageFault,
				u.Resource.VoluntaryContextSwitches+u.Resource.InvoluntaryContextSwitches)
		}
		if len(m.Workers) == 0 {
			fmt.Fprintf(t, "%s\t-\t-\tno answer\t\t\t\t\t\t\t\t\n", m.Name) // a cell in each column keeps them in line
		}
	}
	fmt.Fprintln(t, "\nMACHINE\tWORKER\tCOMMIT\tBRANCH\tCOMMITTED\tVERSION\tSUBJECT")
	for _, m := range machines {
		for _, v := range m.Workers {
			c := v.System.Commit
			fmt.Fprintf(t, "%s\t%d/%d\t%s\t%s\t%s\t%s\t%s\n", m.Name, v.Generation, v.Slot,
				c.ShortHash, c.Branch, c.CommittedAt, v.System.Package.Version, c.Subject)
		}
	}
	return t.Flush()
}
