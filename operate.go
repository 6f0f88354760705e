package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/supervisor"
)

type statusCommand struct {
	JSON  bool `help:"Print JSON, for programs."`
	Ready bool `help:"Fail unless workers serve: for the health checks of containers."`
}

func (statusCommand) Help() string {
	return `A generation is the workers that were started together. A handover moves the traffic to the next
one; its "forced" must be 0, else a request was cut.

    payments status
    payments status --json | jq '.generations[].state'`
}

func (c statusCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	census, err := supervisor.Status(p.ctx, cfg.Admin.Addr())
	if err != nil {
		return notRunning(cfg.Admin.Addr(), err)
	}
	if c.Ready && !census.Ready {
		return errors.New("no worker is ready")
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(census)
	}
	return census.Write(p.stdout)
}

// handoverFlags are those of reload and upgrade. A generation has limits of its own,
// well below the timeout.
type handoverFlags struct {
	Timeout time.Duration `help:"How long to wait for the outcome." default:"5m"`
}

type reloadCommand struct{ handoverFlags }

func (reloadCommand) Help() string {
	return `New workers are started from this server's binary as it is on disk now, with the configuration file
read anew; what the supervisor has of it takes "payments upgrade", and this command says so. They take
over when they are ready and healthy; otherwise the old ones go on, and this command fails with the reason. It returns when that is decided.

    payments reload && echo updated`
}

func (c reloadCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if err := c.handOver(p, cfg, supervisor.Reload, false); err != nil {
		return err
	}
	return p.sayWhatWaits(cfg)
}

type upgradeCommand struct{ handoverFlags }

func (upgradeCommand) Help() string {
	return `The supervisor owns the sockets and starts the workers. It is replaced when its own code changed, or one
of its settings (docs/configuration.md); for everything else there is "payments reload".

    payments upgrade`
}

func (c upgradeCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	return c.handOver(p, cfg, supervisor.Upgrade, true)
}

// handOver has something replaced, and prints who is there then: another supervisor, where that is what was replaced.
func (c handoverFlags) handOver(p *program, cfg *config.Config, start func(ctx context.Context, admin, password string) error, another bool) error {
	ctx, cancel := context.WithTimeout(p.ctx, c.Timeout)
	defer cancel()
	before, err := supervisor.Status(ctx, cfg.Admin.Addr())
	if err != nil {
		return notRunning(cfg.Admin.Addr(), err)
	}
	err = start(ctx, cfg.Admin.Addr(), string(cfg.SystemPassword))
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("not decided within %s; it goes on: look at `payments status`", c.Timeout)
	}
	if err != nil {
		return err
	}
	leaves := 0
	if another {
		leaves = before.PID
	}
	census, err := settled(ctx, cfg.Admin.Addr(), leaves)
	if err != nil {
		return err
	}
	return census.Write(p.stdout)
}

// leaveTimeout is how long generations that have nothing left to do are waited for.
const leaveTimeout = 5 * time.Second

// settled is the census once those who have nothing to finish have left, and the
// supervisor that leaves, if any, answers no more. When a new generation is blessed,
// the processes of the old one are just about to.
func settled(ctx context.Context, admin string, leaves int) (census supervisor.Census, err error) {
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	_ = waitUntil(ctx, func() bool { // after the time shows who is still there
		var now supervisor.Census
		if now, err = supervisor.Status(ctx, admin); err == nil {
			census = now
		}
		return err == nil && census.PID != leaves && !slices.ContainsFunc(census.Generations, leaving)
	})
	if census.PID == 0 {
		return census, notRunning(admin, err)
	}
	return census, nil
}

func leaving(g supervisor.Generation) bool {
	return (g.State == supervisor.Draining || g.State == supervisor.Failed) && g.Idle+g.Busy == 0
}

func notRunning(admin string, err error) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("no server answers on %s: start it with `payments start`", admin)
	}
	return fmt.Errorf("no server answers on %s: %w", admin, err)
}
