package updater

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samchon/payments-server/updater/release"
)

// switchOver makes the server run the prepared release. It is not cancelled half-way: it ends on one release or the other.
func (s *slave) switchOver(ctx context.Context, w Wish) {
	if err := s.mayUpdate(); err != nil {
		s.failed(err)
		return
	}
	s.change(func(m *Machine) { m.State = Handover })
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), SettleTimeout)
	defer cancel()
	if err := s.handOver(ctx, w); err != nil {
		s.failed(err)
	}
}

func (s *slave) handOver(ctx context.Context, w Wish) error {
	from, err := s.Home.Pointed(release.Current)
	if err != nil {
		return err
	}
	if err := s.Builder.Migrate(ctx, s.prepared); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	if s.switched, err = s.Server.Look(ctx); err != nil {
		return err
	}
	if err := s.take(lease{Rollout: w.Rollout, From: from}); err != nil {
		return err
	}
	if err := s.Home.Point(release.Current, s.prepared.Name); err != nil {
		return err
	}
	if err := s.Server.Reload(ctx); err != nil {
		return err
	}
	if err := s.followSupervisor(ctx, s.prepared); err != nil {
		return err
	}
	sight, err := s.Server.Look(ctx)
	if err != nil {
		return err
	}
	s.change(func(m *Machine) { m.State, m.Commit, m.Receipt = Probation, s.prepared.Commit, sight.Receipt })
	return nil
}

// take takes a lease. From here on every failure ends in goBack, when the master says so or the lease runs out.
func (s *slave) take(l lease) error {
	if err := writeLease(s.Home, l); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.machine.Leased, s.heard = l.Rollout, time.Now()
	return nil
}

// watch looks whether a release on probation does well.
func (s *slave) watch(ctx context.Context) {
	sight, err := s.Server.Look(ctx)
	if err == nil {
		err = illness(s.prepared.Commit, s.before, s.switched, sight)
	}
	if err != nil && ctx.Err() == nil {
		s.failed(fmt.Errorf("on probation: %w", err))
	}
}

// goBack returns to the release before, and stays on probation when it cannot, to try again. The reason is empty when
// the master wishes it.
func (s *slave) goBack(ctx context.Context, reason error) {
	if reason != nil {
		s.failed(reason)
	}
	s.change(func(m *Machine) { m.State = Returning })
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), SettleTimeout)
	defer cancel()
	if err := s.runBefore(ctx); err != nil {
		s.failed(fmt.Errorf("return to the release before: %w", err))
		return
	}
	s.change(func(m *Machine) { m.State, m.Leased = Returned, "" })
	s.Log.Info("returned to the release before")
}

// runBefore makes the server run what the lease names, and keeps the lease until it does. last-good moves first: a worker
// that crashes meanwhile is restarted from there.
func (s *slave) runBefore(ctx context.Context) error {
	l, err := readLease(s.Home)
	if err != nil || l == nil {
		return err
	}
	before, err := s.Home.Open(l.From)
	if err != nil {
		return err
	}
	if err := errors.Join(s.Home.Point(release.LastGood, l.From), s.Home.Point(release.Current, l.From)); err != nil {
		return err
	}
	if s.workersBack != l.Rollout {
		if err := s.returnWorkers(ctx, before); err != nil {
			return err
		}
		s.workersBack = l.Rollout
	}
	// Refused while the one before still finishes requests, which takes as long as they do: then it is tried again, and
	// the workers stay.
	if err := s.followSupervisor(ctx, before); err != nil {
		return err
	}
	return dropLease(s.Home)
}

func (s *slave) returnWorkers(ctx context.Context, before release.Release) error {
	if err := s.Server.Reload(ctx); err != nil {
		return err
	}
	sight, err := s.Server.Look(ctx)
	if err == nil && sight.Commit != release.Short(before.Commit) {
		err = fmt.Errorf("the server runs %s instead of %s", sight.Commit, release.Short(before.Commit))
	}
	if err != nil {
		return err
	}
	s.change(func(m *Machine) { m.Commit = before.Commit })
	return nil
}

// followSupervisor replaces the supervisor when it is compiled from other code than that of a release.
func (s *slave) followSupervisor(ctx context.Context, want release.Release) error {
	program, err := s.Server.Program()
	if err != nil {
		return err
	}
	if want.Supervisor == s.Home.SupervisorOf(program) {
		return nil
	}
	s.Log.Info("the supervisor's own code has changed: replacing it", "commit", release.Short(want.Commit))
	if err := s.Server.Upgrade(ctx); err != nil {
		return fmt.Errorf("replace the supervisor: %w", err)
	}
	return nil
}
