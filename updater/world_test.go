package updater_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/release"
)

const (
	patience = 30 * time.Second
	lease    = 5 * time.Second
	gate     = 600 * time.Millisecond
	password = "a system password"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "16") // they wait for each other, and hardly compute
	os.Exit(m.Run())
}

// world is a master and its machines. What the machines build and serve are stand-ins, whose behaviour is told by the
// commit: real builds and supervisors are in tests/update.
type world struct {
	home    release.Home // the master's
	address string
	stop    func()
	log     logbook

	listener *wires

	mu      sync.Mutex
	history []string // "a c1": which machine began to serve what
}

func newWorld(t *testing.T, machines ...string) (*world, []*machine) {
	t.Helper()
	w := &world{home: release.Home(t.TempDir()), address: "127.0.0.1:0"}
	w.startMaster(t)
	var all []*machine
	for _, name := range machines {
		m := w.newMachine(t, name)
		m.start(t)
		all = append(all, m)
	}
	w.await(t, "all machines are connected", func(f updater.Fleet) bool { return len(f.Machines) == len(machines) })
	return w, all
}

// startMaster starts a master in the same home and on the same address as the one before.
func (w *world) startMaster(t *testing.T) {
	t.Helper()
	must(t, os.MkdirAll(w.home.Updater(), 0o755))
	master, err := updater.NewMaster(updater.MasterOptions{Mode: "local", Password: password, Home: w.home,
		Gate: gate, Lease: lease, Log: slog.New(slog.NewTextHandler(&w.log, nil))})
	must(t, err)
	ln, err := net.Listen("tcp", w.address)
	must(t, err)
	w.address = ln.Addr().String()
	listener := &wires{Listener: ln}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = master.Serve(ctx, listener)
	}()
	w.stop = sync.OnceFunc(func() { cancel(); <-done; master.Close() })
	w.listener = listener
	t.Cleanup(w.stop)
}

// kill ends a master as kill -9 does, as far as others see it: it says no more, and its journal ends where it is. What is
// left of it in this process cannot be heard, and writes into a journal that is not its successor's any more.
func (w *world) kill(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(w.home.Updater("journal.jsonl"))
	must(t, err)
	must(t, os.Remove(w.home.Updater("journal.jsonl")))
	w.listener.cut()
	must(t, os.WriteFile(w.home.Updater("journal.jsonl"), text, 0o600))
}

// wires is a listener whose connections can be cut.
type wires struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func (l *wires) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.conns = append(l.conns, c)
	}
	return c, err
}

func (l *wires) cut() {
	l.Listener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		c.Close()
	}
}

func (w *world) client() *updater.Client {
	return &updater.Client{URL: "http://" + w.address, Password: password, HTTP: &http.Client{Transport: &http.Transport{}}}
}

// update asks for a rollout of a commit.
func (w *world) update(ctx context.Context, commit string) (updater.Fleet, error) {
	order := updater.Order{Mode: "local", Who: "ann", Commit: commit}
	return w.client().Update(ctx, order, func(updater.Fleet) {})
}

// updates expects a rollout to end so, and returns why.
func (w *world) updates(t *testing.T, commit string, want updater.Outcome) (reason string) {
	t.Helper()
	fleet, err := w.update(t.Context(), commit)
	must(t, err)
	if fleet.Rollout.Outcome != want {
		t.Errorf("the rollout of %s is %s (%s), want %s", commit, fleet.Rollout.Outcome, fleet.Rollout.Reason, want)
	}
	return fleet.Rollout.Reason
}

func (w *world) await(t *testing.T, what string, holds func(updater.Fleet) bool) {
	t.Helper()
	var fleet updater.Fleet
	await(t, what, func() bool {
		var err error
		fleet, err = w.client().Fleet(t.Context())
		return err == nil && holds(fleet)
	})
}

func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

func (w *world) note(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.history = append(w.history, line)
}

func (w *world) handovers() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.history, ", ")
}

// machine is a slave with stand-ins for what it builds and serves.
type machine struct {
	w       *world
	name    string
	home    release.Home
	refuses map[string]string // commit: "build", "bytes", "handover", "probation"
	cut     atomic.Bool       // from the master
	deaf    atomic.Bool       // to the good news
	stop    func()

	mu      sync.Mutex
	serving string
	looks   float64
	head    string                   // the commit of the supervisor
	heads   map[string]string        // commit: the digest of its supervisor
	busy    map[string]int           // commit: how often it is refused as the next supervisor
	held    map[string]chan struct{} // commit: what its handover waits for
	during  map[string]func()        // commit: what happens during its handover
}

func (w *world) newMachine(t *testing.T, name string) *machine {
	t.Helper()
	m := &machine{w: w, name: name, home: release.Home(t.TempDir()), refuses: map[string]string{}, serving: "c0",
		head: "c0", heads: map[string]string{}, busy: map[string]int{},
		held: map[string]chan struct{}{}, during: map[string]func(){}}
	m.make(t, "c0")
	must(t, m.home.Point(release.LastGood, "c0"))
	must(t, m.home.Point(release.Current, "c0"))
	return m
}

// make puts a release on the disk.
func (m *machine) make(t *testing.T, commit string) {
	t.Helper()
	_, err := m.Prepare(t.Context(), release.Target{Commit: commit}, func(release.Step, string) {})
	must(t, err)
}

func (m *machine) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := updater.RunSlave(ctx, updater.SlaveOptions{Name: m.name, Home: m.home, Keep: 3, Lease: lease, Builder: m, Server: m,
			Master: &updater.Client{URL: "http://" + m.w.address, Password: password, HTTP: &http.Client{Transport: m}},
			Log:    slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Errorf("slave %s: %v", m.name, err)
		}
	}()
	m.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(func() { m.stop() })
}

// RoundTrip is the machine's network.
func (m *machine) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.cut.Load() {
		return nil, errors.New("the cable is out")
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || !m.deaf.Load() {
		return res, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if bytes.Contains(text, []byte(updater.Keep)) {
		return nil, errors.New("the cable came out")
	}
	res.Body = io.NopCloser(bytes.NewReader(text))
	return res, err
}

// hold keeps a machine in its handover to a commit until release is called.
func (m *machine) hold(t *testing.T, commit string) (release func()) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	held := make(chan struct{})
	m.held[commit] = held
	release = sync.OnceFunc(func() { close(held) })
	t.Cleanup(release)
	return release
}

// Prepare implements updater.Builder.
func (m *machine) Prepare(ctx context.Context, t release.Target, tell release.Progress) (release.Release, error) {
	tell(release.Build, t.Commit)
	switch m.refuses[t.Commit] {
	case "build":
		return release.Release{}, errors.New("it does not compile")
	case "hang":
		<-ctx.Done()
		return release.Release{}, ctx.Err()
	}
	r := release.Release{Name: t.Commit, Commit: t.Commit, Branch: "master", Go: "go1", SHA256: "of " + t.Commit, Supervisor: m.heads[t.Commit], CommitTime: time.Unix(1, 0)}
	if m.refuses[t.Commit] == "bytes" {
		r.SHA256 = "something else"
	}
	text, err := json.Marshal(r)
	return r, errors.Join(err, os.MkdirAll(m.home.Dir(r.Name), 0o755),
		os.WriteFile(m.home.Binary(r.Name), nil, 0o755), os.WriteFile(m.home.Dir(r.Name)+"/release.json", text, 0o644))
}

// Migrate implements updater.Builder.
func (*machine) Migrate(context.Context, release.Release) error { return nil }

// Program implements updater.Server.
func (m *machine) Program() (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.home.Binary(m.head), nil
}

// Upgrade implements updater.Server: a supervisor that refuses while the one before it has something to finish.
func (m *machine) Upgrade(context.Context) error {
	name, err := m.home.Pointed(release.LastGood)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy[name] > 0 {
		m.busy[name]--
		return errors.New("the supervisor before this one still finishes its requests")
	}
	m.head = name
	return nil
}

// Reload implements updater.Server: a supervisor that undoes some commits.
func (m *machine) Reload(context.Context) error {
	name, err := m.home.Pointed(release.Current)
	if err != nil {
		return err
	}
	m.mu.Lock()
	held, during := m.held[name], m.during[name]
	m.mu.Unlock()
	if held != nil {
		<-held
	}
	if during != nil {
		during()
	}
	if m.refuses[name] == "handover" {
		return errors.New("generation 2 worker 1: exit status 7")
	}
	m.mu.Lock()
	m.serving = name
	m.mu.Unlock()
	m.w.note(m.name + " " + name)
	return m.home.Point(release.LastGood, name)
}

// Look implements updater.Server.
func (m *machine) Look(context.Context) (updater.Sight, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looks++
	see := updater.Sight{Commit: m.serving, Responses: 100 * m.looks}
	if m.refuses[m.serving] == "probation" {
		see.Failures = 50 * m.looks
	}
	return see, nil
}

func (m *machine) awaitServing(t *testing.T, commit string) {
	t.Helper()
	await(t, m.name+" serves "+commit, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.serving == commit
	})
}

// runs expects machines to serve a commit, and to start it again after a crash and with the next reload.
func runs(t *testing.T, commit string, machines ...*machine) {
	t.Helper()
	for _, m := range machines {
		m.mu.Lock()
		serving := m.serving
		m.mu.Unlock()
		current, err := m.home.Pointed(release.Current)
		must(t, err)
		good, err := m.home.Pointed(release.LastGood)
		must(t, err)
		if got := fmt.Sprint(serving, current, good); got != fmt.Sprint(commit, commit, commit) {
			t.Errorf("%s serves %s, current is %s and last-good %s; want %s", m.name, serving, current, good, commit)
		}
		if _, err := os.Stat(m.home.Updater("lease.json")); err == nil {
			t.Errorf("%s still has a lease", m.name)
		}
	}
}

// logbook is what was logged.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
