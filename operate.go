package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/samchon/payments-server/supervisor"
)

type statusCommand struct {
	JSON bool `help:"Print JSON, for programs."`
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
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(census)
	}
	return census.Write(p.stdout)
}

// handoverTimeout bounds the wait of reload and upgrade. A generation has limits
// of its own, well below.
const handoverTimeout = 5 * time.Minute

type reloadCommand struct{}

func (reloadCommand) Help() string {
	return `New workers are started from this server's binary as it is on disk now, with the configuration file
read anew. They take over when they are ready and healthy; otherwise the old ones go on, and this command
fails with the reason. It returns when that is decided.

    payments reload && echo updated`
}

func (reloadCommand) Run(p *program) error { return p.handover(supervisor.Reload) }

type upgradeCommand struct{}

func (upgradeCommand) Help() string {
	return `The supervisor owns the sockets and starts the workers. It is replaced only when its own code
changed; for everything else there is "payments reload".

    payments upgrade`
}

func (upgradeCommand) Run(p *program) error { return p.handover(supervisor.Upgrade) }

func (p *program) handover(start func(ctx context.Context, admin, password string) error) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(p.ctx, handoverTimeout)
	defer cancel()
	if _, err := supervisor.Status(ctx, cfg.Admin.Addr()); err != nil {
		return notRunning(cfg.Admin.Addr(), err)
	}
	if err := start(ctx, cfg.Admin.Addr(), string(cfg.SystemPassword)); err != nil {
		return err
	}
	return statusCommand{}.Run(p)
}

func notRunning(admin string, err error) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("no server answers on %s: start it with `payments start`", admin)
	}
	return fmt.Errorf("no server answers on %s: %w", admin, err)
}
