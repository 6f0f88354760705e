package main

import (
	"os/signal"
	"syscall"

	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/worker"
)

type workerCommand struct{}

func (workerCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	// The supervisor retires a worker in other ways. TERM is for one whose supervisor
	// was killed.
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGTERM)
	defer stop()
	return worker.Run(ctx, cfg, p.newLog(cfg), readBuild().commit)
}

// workerArgs is how the supervisor starts a worker: from the file this binary was
// started from, which a build may have replaced since.
func (p *program) workerArgs(supervisor.Release) ([]string, error) {
	self, err := ownPath()
	if err != nil {
		return nil, err
	}
	return append([]string{self}, p.withConfig("worker")...), nil
}
