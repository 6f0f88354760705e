package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

type stopCommand struct {
	Timeout time.Duration `help:"How long to wait for requests in progress and for everything to end." default:"2m"`
}

func (stopCommand) Help() string {
	return `Finishes the requests in progress and stops the server of this home, in local mode with its fakes
and its private PostgreSQL, also when they were left behind by a server that was killed.

    payments stop
    payments stop --timeout 10s`
}

func (c stopCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(p.ctx, c.Timeout)
	defer cancel()

	if _, err := os.Stat(cfg.Home); errors.Is(err, os.ErrNotExist) {
		_, err := fmt.Fprintf(p.stdout, "nothing runs in %s, which does not exist: PAYMENTS_HOME and MODE say which home is meant\n", cfg.Home)
		return err // and no home is made to find that out
	}
	h, err := lockHome(ctx, cfg) // and so wait for a start that is under way
	if err != nil {
		return err
	}
	defer h.leave()
	h.leave() // the server needs the lock to stop what it has started
	// More than once when one was just about to replace itself.
	for running := h.supervisor(); running != 0; running = h.supervisor() {
		err := endProcess(ctx, running, "start")
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("server %d has not finished within %s; it goes on stopping: wait with `payments stop`", running, c.Timeout)
		}
		if err != nil {
			return err
		}
	}
	if err := endOrphans(ctx, cfg.Home); err != nil {
		return err
	}
	l := local{program: p, home: h}
	if err := l.stop(ctx); err != nil {
		return err
	}
	return p.nothingRuns()
}

func (p *program) nothingRuns() error {
	_, err := fmt.Fprintln(p.stdout, "nothing runs any more")
	return err
}
