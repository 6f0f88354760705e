package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/monitor/live"
	"github.com/samchon/payments-server/monitor/ops"
	"github.com/samchon/payments-server/monitor/term"
)

type monitorCommand struct {
	Mode  string `arg:"" optional:"" enum:"local,dev,real," default:"" help:"Refuse a machine in another mode: local, dev or real."`
	JSON  bool   `help:"Print JSON, for programs." xor:"form"`
	Watch bool   `help:"Show this machine live, on a terminal, until Ctrl-C." xor:"form"`
}

func (monitorCommand) Help() string {
	return `The performance of every worker, as GET /monitors/performance has it, and what they were built from, as
GET /monitors/system has it: of this machine, or, where UPDATER_MASTER is set, of all that the master knows.
--watch shows this machine; so does the page at the admin port.

    payments monitor
    payments monitor --watch
    payments monitor real --json | jq '.[].workers[].performance.memory.rss'`
}

func (c monitorCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if c.Mode != "" && c.Mode != string(cfg.Mode) {
		return fmt.Errorf("this machine is in %s mode, not in %s", cfg.Mode, c.Mode)
	}
	if c.Watch {
		return watchMachine(p, cfg.Admin.Addr())
	}
	machines, err := p.machines(cfg)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(machines)
	}
	return writeMachines(p.stdout, machines)
}

// machine is one of those that `payments monitor` shows.
type machine struct {
	Name        string `json:"name"`
	ops.Machine        // without workers where the machine cannot be asked
}

// machines are those of the fleet where a master is configured, and otherwise this one.
func (p *program) machines(cfg *config.Config) ([]machine, error) {
	if cfg.Updater.Master == "" {
		m, err := readMachine(p.ctx, cfg.Admin.Addr())
		if err != nil {
			return nil, notRunning(cfg.Admin.Addr(), err)
		}
		return []machine{{cmp.Or(cfg.Updater.Name, "this"), m}}, nil
	}
	client, err := updaterClient(cfg, cfg.Updater.Master)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(p.ctx, machineTimeout)
	defer cancel()
	fleet, err := client.Fleet(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask the master at %s for the machines: %w", cfg.Updater.Master, err)
	}
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

// fleetFrom asks the updater's master, if it is this machine's.
func fleetFrom(cfg *config.Config) func(context.Context) (any, error) {
	if cfg.Updater.Master != "" {
		return nil
	}
	client, err := updaterClient(cfg, masterURL(cfg))
	if err != nil {
		return nil // the updater itself says what is wrong
	}
	return func(ctx context.Context) (any, error) { return client.Fleet(ctx) }
}

// machineTimeout bounds the wait for a machine's figures. Its supervisor has limits of its own, below.
const machineTimeout = 10 * time.Second

func readMachine(ctx context.Context, admin string) (m ops.Machine, err error) {
	ctx, cancel := context.WithTimeout(ctx, machineTimeout)
	defer cancel()
	body, err := openAdmin(ctx, admin, ops.MachinePath)
	if err != nil {
		return m, err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(&m); err != nil {
		return m, fmt.Errorf("read the figures of %s: %w", admin, err)
	}
	return m, nil
}

func openAdmin(ctx context.Context, admin, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+path, nil)
	if err != nil {
		return nil, err
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("get %s: answered %s", path, res.Status)
	}
	return res.Body, nil
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
			fmt.Fprintf(t, "%s\tno answer\n", m.Name)
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

// watchMachine shows a machine live until Ctrl-C, TERM, or the end of the terminal.
func watchMachine(p *program, admin string) error {
	terminal, ok := p.stdout.(*os.File)
	if !ok {
		return errors.New("--watch needs a terminal; --json is for programs")
	}
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	return term.Watch(ctx, terminal, func(ctx context.Context, tell func(term.Update)) { followMachine(ctx, admin, tell) })
}

// watchAgain is the pause before another try to connect: a supervisor is being replaced, or started.
const watchAgain = time.Second

func followMachine(ctx context.Context, admin string, tell func(term.Update)) {
	for ctx.Err() == nil {
		err := readEvents(ctx, admin, tell)
		tell(term.Update{Err: err})
		select {
		case <-time.After(watchAgain):
		case <-ctx.Done():
		}
	}
}

// readEvents tells samples until the connection ends, which it always does with an error.
func readEvents(ctx context.Context, admin string, tell func(term.Update)) error {
	body, err := openAdmin(ctx, admin, ops.EventsPath)
	if err != nil {
		return notRunning(admin, err)
	}
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var sample live.Sample
		if err := json.Unmarshal([]byte(text), &sample); err != nil {
			return fmt.Errorf("read a sample: %w", err)
		}
		tell(term.Update{Sample: sample})
	}
	return errors.Join(errors.New("the supervisor has gone"), lines.Err())
}
