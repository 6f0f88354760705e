package updater

import "context"

// converge brings a machine that was away to the fleet's commit, once for each time that its slave was started.
func (m *Master) converge(ctx context.Context) {
	name := m.strayed()
	if name == "" {
		return
	}
	ctx, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	if !m.occupy(abort) {
		return
	}
	defer m.vacate()
	m.mu.Lock()
	commit, branch := m.fleet.Commit, m.fleet.Branch
	m.tried[m.machines[name].Session+commit] = true
	m.mu.Unlock()

	r, err := m.start(Order{Who: "the master, for a machine that was away", Branch: branch, Commit: commit, Rollback: true},
		func(one *member) bool { return one.Name == name })
	if err != nil {
		m.Log.Error("cannot bring a machine to the fleet's commit", "machine", name, "err", err)
		return
	}
	r.run(ctx)
}

// strayed is a machine that runs something else than the fleet, or empty.
func (m *Master) strayed() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	commit := m.fleet.Commit
	if commit == "" || m.fleet.Frozen != nil {
		return ""
	}
	names := m.names(func(one *member) bool {
		return !one.lost() && !one.between() && one.Commit != commit && !m.tried[one.Session+commit]
	})
	if len(names) == 0 {
		return ""
	}
	return names[0]
}
