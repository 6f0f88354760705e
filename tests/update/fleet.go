package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/samchon/payments-server/internal/localdb"
	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/release"
)

// patience bounds every wait: a build gives way to whatever else the machine does.
const patience = 10 * time.Minute

// settings make failures show sooner than in service; what they do is the same.
const settings = `workers: 1
handover: {probation: %s}
updater: {gate: %s, lease: 8s, keep: 4, min_free: 100}
`

const (
	probation = 2 * time.Second
	gate      = 3 * time.Second
)

// canary is the machine that goes first.
const canary = "a"

// fleet is a master and three machines.
type fleet struct {
	dir      string
	program  string // what they are installed with
	database string
	pushed   string // commit
	deployed string // commit that the machines shall run
	master   *machine
	machines []*machine // by name; the first is the canary
}

// machine is a home with its ports, and the updater's process there.
type machine struct {
	name, home string
	env        []string
	ports      map[string]string
	role       []string // of the updater
	updater    *exec.Cmd
	load       *load
}

func (f *fleet) open(ctx context.Context) error {
	if err := f.cloneRepository(ctx); err != nil {
		return err
	}
	server, err := localdb.Ensure(ctx, localdb.Options{Dir: filepath.Join(f.dir, "db"), Throwaway: true})
	if err != nil {
		return err
	}
	if err := server.CreateDatabase(ctx, "fleet"); err != nil {
		return err
	}
	f.database = server.URL("fleet")
	f.master, err = f.newMachine("master", "master", "--alone")
	for _, name := range []string{canary, "b", "c"} {
		m, failed := f.newMachine(name, "slave")
		err = errors.Join(err, failed)
		f.machines = append(f.machines, m)
	}
	if err != nil {
		return err
	}
	return f.start(ctx)
}

// start starts everything, and the clients.
func (f *fleet) start(ctx context.Context) error {
	if err := f.startUpdater(f.master); err != nil {
		return err
	}
	for _, m := range f.machines {
		if out, err := f.command(ctx, m, "start", "--daemon").CombinedOutput(); err != nil {
			return fmt.Errorf("start %s: %w: %s", m.name, err, out)
		}
		if err := f.startUpdater(m); err != nil {
			return err
		}
		m.load = startLoad("127.0.0.1:" + m.ports["API_PORT"])
	}
	return nil
}

// connected waits until the master knows every machine.
func (f *fleet) connected(ctx context.Context) error {
	return f.await(ctx, "all machines are connected", func() bool {
		fleet, err := f.client().Fleet(ctx)
		return err == nil && len(fleet.Machines) == len(f.machines)
	})
}

func (f *fleet) newMachine(name string, role ...string) (*machine, error) {
	m := &machine{name: name, home: filepath.Join(f.dir, name), ports: map[string]string{}, role: append([]string{"updater"}, role...)}
	if err := os.MkdirAll(m.home, 0o755); err != nil {
		return nil, err
	}
	m.env = append(os.Environ(), "MODE=local", "PAYMENTS_HOME="+m.home, "DATABASE_URL="+f.database,
		"UPDATER_REMOTE="+f.path("remote.git"), "UPDATER_NAME="+name)
	for _, port := range []string{"API_PORT", "ADMIN_PORT", "UPDATER_PORT", "FAKE_IAMPORT_PORT", "FAKE_TOSS_PORT"} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		_, m.ports[port], _ = net.SplitHostPort(ln.Addr().String())
		m.env = append(m.env, port+"="+m.ports[port])
		ln.Close()
	}
	if f.master != nil {
		m.env = append(m.env, "UPDATER_MASTER="+f.client().URL)
	}
	return m, os.WriteFile(filepath.Join(m.home, "payments.yaml"), fmt.Appendf(nil, settings, probation, gate), 0o600)
}

func (f *fleet) path(name string) string { return filepath.Join(f.dir, name) }

func (f *fleet) client() *updater.Client {
	return &updater.Client{URL: "http://127.0.0.1:" + f.master.ports["UPDATER_PORT"], Password: "samchon", HTTP: http.DefaultClient}
}

func (f *fleet) command(ctx context.Context, m *machine, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, f.program, args...)
	cmd.Env, cmd.Dir = m.env, m.home
	return cmd
}

// startUpdater starts the updater of a machine; what it says is in its home.
func (f *fleet) startUpdater(m *machine) error {
	log, err := os.OpenFile(filepath.Join(m.home, "updater.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has a copy
	m.updater = f.command(context.Background(), m, m.role...)
	m.updater.Stdout, m.updater.Stderr = log, log
	return m.updater.Start()
}

func (f *fleet) kill(m *machine) error {
	return errors.Join(m.updater.Process.Kill(), ended(m.updater))
}

// ended waits for a process, however it ends.
func ended(cmd *exec.Cmd) error {
	if err := cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		return err
	}
	return nil
}

// close stops what was started, also when only some of it was.
func (f *fleet) close() (err error) {
	all := f.machines
	if f.master != nil {
		all = append(all, f.master)
	}
	for _, m := range all {
		if m.load != nil {
			m.load.stop()
		}
		if m.updater != nil {
			err = errors.Join(err, m.updater.Process.Signal(os.Interrupt), ended(m.updater))
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		if out, failed := f.command(ctx, m, "stop").CombinedOutput(); failed != nil {
			err = errors.Join(err, fmt.Errorf("stop %s: %w: %s", m.name, failed, out))
		}
		cancel()
	}
	return errors.Join(err, localdb.Stop(context.Background(), f.path("db")))
}

// endOn waits until every machine serves a commit, and would again after a crash, a reload, or a restart of its updater.
func (f *fleet) endOn(ctx context.Context, commit string) error {
	var strayed string
	err := f.await(ctx, "every machine runs "+release.Short(commit), func() bool {
		strayed = ""
		for _, m := range f.machines {
			if is := m.state(ctx); is != fmt.Sprintf("%s %[1]s %[1]s", release.Short(commit)) {
				strayed += fmt.Sprintf("; %s serves, last-good, current: %s", m.name, is)
			}
		}
		return strayed == ""
	})
	if err != nil {
		return fmt.Errorf("%w%s", err, strayed)
	}
	return nil
}

// serving is the generation that has the traffic of a machine, if it runs a commit.
func (m *machine) serving(ctx context.Context, commit string) (g supervisor.Generation, ok bool) {
	census, err := supervisor.Status(ctx, m.admin())
	if err != nil {
		return g, false
	}
	i := slices.IndexFunc(census.Generations, func(g supervisor.Generation) bool {
		return g.Commit == release.Short(commit) && (g.State == supervisor.Probation || g.State == supervisor.Blessed)
	})
	if i < 0 {
		return g, false
	}
	return census.Generations[i], true
}

func (m *machine) admin() string { return "127.0.0.1:" + m.ports["ADMIN_PORT"] }

// state is the commit that a machine serves, that of last-good, and that of current, or why that is not final.
func (m *machine) state(ctx context.Context) string {
	census, err := supervisor.Status(ctx, m.admin())
	if err != nil {
		return err.Error()
	}
	serving := ""
	for _, g := range census.Generations {
		if g.State == supervisor.Blessed {
			serving = g.Commit
		}
	}
	if _, err := os.Stat(filepath.Join(m.home, "updater", "lease.json")); err == nil {
		return "a lease"
	}
	if !m.supervisedBy(census.PID) {
		return "a supervisor of other code"
	}
	return strings.Join([]string{serving, m.pointed(release.LastGood, serving), m.pointed(release.Current, serving)}, " ")
}

// supervisedBy reports whether a supervisor is compiled from the code of the last good release.
func (m *machine) supervisedBy(pid int) bool {
	home := release.Home(m.home)
	name, err := home.Pointed(release.LastGood)
	if err != nil || name == "" {
		return err == nil
	}
	r, err := home.Open(name)
	return err == nil && r.Supervisor == home.SupervisorOf(fmt.Sprintf("/proc/%d/exe", pid))
}

// pointed is the commit of a pointer; a machine that was never updated has none, and runs what it was installed with.
func (m *machine) pointed(p release.Pointer, installed string) string {
	home := release.Home(m.home)
	name, err := home.Pointed(p)
	if err != nil || name == "" {
		return installed
	}
	r, err := home.Open(name)
	if err != nil {
		return err.Error()
	}
	return release.Short(r.Commit)
}

func (f *fleet) await(ctx context.Context, what string, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
	return nil
}
