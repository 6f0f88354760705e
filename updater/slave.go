package updater

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/filelock"
	"github.com/samchon/payments-server/updater/release"
)

const (
	lockTimeout = 2 * time.Second // another slave of this home is not waited for
	retryFirst  = 200 * time.Millisecond
	retryLast   = 4 * time.Second
)

// SettleTimeout bounds a handover, and the return of a fleet. Masters and slaves that are told to stop finish it; the
// supervisor has limits of its own, well below.
const SettleTimeout = 5 * time.Minute

// Builder makes releases: a release.Workshop.
type Builder interface {
	Prepare(ctx context.Context, t release.Target, tell release.Progress) (release.Release, error)
	Migrate(ctx context.Context, r release.Release) error
}

// SlaveOptions say what a slave needs.
type SlaveOptions struct {
	Name    string
	Home    release.Home
	Branch  string // that is deployed when the master names none; empty is the remote's current one
	Keep    int    // releases
	Lease   time.Duration
	Builder Builder
	Server  Server
	Master  *Client
	Log     *slog.Logger
	// Figures tells, in JSON, how the machine performs; may be nil, all else is required.
	Figures func(context.Context) (json.RawMessage, error)
}

// slave is a machine's side of the updater. One goroutine talks to the master, another acts; the mutex guards what they
// share.
type slave struct {
	SlaveOptions
	woken chan struct{} // there is something to look at

	mu      sync.Mutex
	machine Machine
	wish    Wish
	heard   time.Time          // the last word about the leased rollout
	cancel  context.CancelFunc // of what is being done for the wish, if it can be cancelled

	// ---- of the acting goroutine

	prepared         release.Release
	before, switched Sight
	workersBack      string // the rollout that the workers have returned from
}

// RunSlave follows the wishes of a master until ctx ends. What it is doing then is cancelled, except for a handover,
// which it waits for.
func RunSlave(ctx context.Context, o SlaveOptions) error {
	unlock, err := lockHome(ctx, o.Home)
	if err != nil {
		return err
	}
	defer unlock()
	if o.Figures == nil {
		o.Figures = noFigures
	}
	s := &slave{SlaveOptions: o, woken: make(chan struct{}, 1), heard: time.Now(),
		machine: Machine{Name: o.Name, Session: uuid.NewString(), State: Idle}}
	if err := s.resume(); err != nil {
		return err
	}
	s.Log.Info("updater slave starts", "name", o.Name, "master", o.Master.URL)
	var running sync.WaitGroup
	running.Go(func() { s.listen(ctx) })
	running.Go(func() { s.measure(ctx) })
	s.act(ctx)
	running.Wait()
	return nil
}

func lockHome(ctx context.Context, home release.Home) (unlock func(), err error) {
	if err := os.MkdirAll(home.Updater(), 0o755); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	if unlock, err = filelock.Lock(ctx, home.Updater("lock")); err != nil {
		return nil, fmt.Errorf("another updater slave runs in %s: %w", home, err)
	}
	return unlock, nil
}

// resume finds out what this machine is. It is not on probation after a restart, but may have a lease.
func (s *slave) resume() error {
	l, err := readLease(s.Home)
	if err != nil {
		return err
	}
	if l != nil {
		s.machine.Leased, s.machine.Rollout, s.machine.State = l.Rollout, l.Rollout, Failed
		s.machine.Error = "the slave was restarted while the release was on probation"
	}
	return s.lookAtDeployed()
}

// lookAtDeployed reads what `current` says.
func (s *slave) lookAtDeployed() error {
	name, err := s.Home.Pointed(release.Current)
	if err != nil || name == "" {
		return err
	}
	r, err := s.Home.Open(name)
	if err != nil {
		return err
	}
	s.change(func(m *Machine) { m.Commit = r.Commit })
	return nil
}

// change is how the machine's description changes.
func (s *slave) change(f func(m *Machine)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.machine)
}

func (s *slave) shared() (Machine, Wish) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.machine, s.wish
}

// listen exchanges a description for a wish, again and again.
func (s *slave) listen(ctx context.Context) {
	pause, connected := retryFirst, false
	for ctx.Err() == nil {
		m, _ := s.shared()
		wish, err := s.Master.Report(ctx, m)
		if err == nil {
			if !connected {
				s.Log.Info("connected to the master", "master", s.Master.URL)
			}
			pause, connected = retryFirst, true
			s.receive(wish)
			continue
		}
		if connected || pause == retryFirst {
			s.Log.Warn("no word from the master", "master", s.Master.URL, "err", err)
		}
		connected = false
		wait(ctx, pause/2+rand.N(pause)) // not all machines at the same moment
		pause = min(2*pause, retryLast)
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// receive takes a wish over from the master. A preparation that is not wished any more is cancelled at once.
func (s *slave) receive(w Wish) {
	if err := keepFreeze(s.Home, w.Freeze); err != nil {
		s.Log.Error("cannot keep the freeze", "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.Rollout == s.machine.Leased && w.Rollout != "" {
		s.heard = time.Now()
	}
	changed := w.Rollout != s.wish.Rollout || w.Phase != s.wish.Phase
	s.wish = w
	if changed && s.cancel != nil {
		s.cancel()
	}
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// act does what is wished, until it is done or has failed.
func (s *slave) act(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-s.woken:
		case <-tick.C:
		}
		if s.abandoned() {
			s.goBack(ctx, fmt.Errorf("the master has not confirmed the release for %s", s.Lease))
			continue
		}
		s.fulfil(ctx)
	}
}

// abandoned reports whether a lease has run out.
func (s *slave) abandoned() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.machine.Leased != "" && time.Since(s.heard) > s.Lease
}

func (s *slave) fulfil(ctx context.Context) {
	m, w := s.shared()
	begun := m.Rollout == w.Rollout
	switch {
	case w.Rollout == "":
	case w.Phase == Prepare && !begun:
		s.prepare(ctx, w)
	case w.Phase == Switch && begun && m.State == Ready:
		s.switchOver(ctx, w)
	case w.Phase == Switch && begun && m.State == Probation:
		s.watch(ctx)
	case w.Phase == Switch && !begun:
		s.begin(w, Failed)
		s.failed(errors.New("the slave was restarted after it had prepared the release"))
	case w.Phase == Keep && m.Leased == w.Rollout:
		s.keep(w)
	case w.Phase == Return && m.Leased == w.Rollout:
		s.goBack(ctx, nil)
	case w.Phase == Return && begun && m.State != Returned && m.Leased == "":
		s.change(func(m *Machine) { m.State = Returned })
	}
}

// begin forgets the rollout before.
func (s *slave) begin(w Wish, state State) {
	s.change(func(m *Machine) {
		*m = Machine{Name: m.Name, Session: m.Session, Commit: m.Commit, Leased: m.Leased, Rollout: w.Rollout, State: state}
	})
}

func (s *slave) failed(err error) {
	s.Log.Error("update failed", "err", err)
	s.change(func(m *Machine) { m.State, m.Error = Failed, err.Error() })
}

// prepare has the release ready.
func (s *slave) prepare(ctx context.Context, w Wish) {
	s.begin(w, Fetching)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.cancel = cancel
	if s.wish.Rollout != w.Rollout || s.wish.Phase != w.Phase { // since it was looked at
		cancel()
	}
	s.mu.Unlock()
	err := s.prepareRelease(ctx, w)
	s.mu.Lock()
	s.cancel = nil
	s.mu.Unlock()
	if err != nil {
		s.failed(err)
	}
}

func (s *slave) prepareRelease(ctx context.Context, w Wish) error {
	if err := s.mayUpdate(); err != nil {
		return err
	}
	deployed, err := s.deployed(ctx)
	if err != nil {
		return err
	}
	if s.before, err = s.Server.Look(ctx); err != nil {
		return err
	}
	branch := s.Branch
	if w.Branch != "" {
		branch = w.Branch
	}
	target := release.Target{Branch: branch, Commit: w.Commit, Deployed: deployed, Rollback: w.Rollback}
	r, err := s.Builder.Prepare(ctx, target, s.progress)
	if err != nil {
		return err
	}
	s.prepared = r
	s.change(func(m *Machine) {
		m.State, m.Target, m.Branch, m.CommitTime, m.Go, m.SHA256 = Ready, r.Commit, r.Branch, r.CommitTime, r.Go, r.SHA256
	})
	return nil
}

// progress tells the master what a preparation is at.
func (s *slave) progress(step release.Step, commit string) {
	states := map[release.Step]State{release.Fetch: Fetching, release.Build: Building, release.Check: Checking}
	s.change(func(m *Machine) { m.State, m.Target = states[step], commit })
}

// mayUpdate says why not.
func (s *slave) mayUpdate() error {
	if m, _ := s.shared(); m.Leased != "" {
		return fmt.Errorf("rollout %s is neither confirmed nor returned yet", m.Leased)
	}
	return frozen(s.Home)
}

// deployed is the release that this machine runs. The program of a machine that was never updated becomes one.
func (s *slave) deployed(ctx context.Context) (string, error) {
	name, err := s.Home.Pointed(release.Current)
	if err != nil || name != "" {
		return name, err
	}
	program, err := s.Server.Program()
	if err != nil {
		return "", err
	}
	if err := s.Home.Adopt(ctx, program); err != nil {
		return "", err
	}
	if err := s.lookAtDeployed(); err != nil {
		return "", err
	}
	return s.Home.Pointed(release.Current)
}

// keep is the happy end.
func (s *slave) keep(w Wish) {
	if err := dropLease(s.Home); err != nil {
		s.failed(err)
		return
	}
	s.change(func(m *Machine) { m.State, m.Error, m.Leased, m.Rollout = Done, "", "", w.Rollout })
	s.Log.Info("update is confirmed", "rollout", w.Rollout)
	if err := s.prune(); err != nil {
		s.Log.Warn("cannot remove old releases", "err", err)
	}
}

// prune keeps the release of the supervisor, too: it may be older than all others, and tells when to replace it.
func (s *slave) prune() error {
	program, err := s.Server.Program()
	if err != nil {
		return err
	}
	return s.Home.Prune(s.Keep, s.Home.Runs(program))
}
