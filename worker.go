package main

import (
	"log/slog"
	"os/signal"
	"syscall"

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
	lines := newLogBuffer(p.stderr)
	defer lines.flush()
	log := slog.New(promptHandler{logHandler(cfg, lines), lines})
	return worker.Run(ctx, cfg, log, readBuild().commit)
}
