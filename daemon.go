package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samchon/payments-server/internal/config"
)

// startInBackground starts the server and returns when it is in charge of its
// home, which it becomes when its first workers serve.
func (p *program) startInBackground(cfg *config.Config, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(p.ctx, timeout)
	defer cancel()
	h, err := enterHome(ctx, cfg) // to refuse here what the server would refuse
	if err != nil {
		return err
	}
	h.leave()

	log := cfg.Path("logs", "server.log")
	server, err := p.background(log, "start", "--log", log)
	if err != nil {
		return err
	}
	if err := server.waitReady(ctx, func() bool { return h.supervisor() == server.pid }); err != nil {
		return errors.Join(err, p.abandon(server))
	}
	fmt.Fprintf(p.stdout, "the server runs in the background as process %d\n  its log: %s\n  stop it: payments stop\n", server.pid, server.log)
	return nil
}

// abandon ends a server that did not become ready.
func (p *program) abandon(server *child) error {
	ctx, cancel := cleanUp(p.ctx)
	defer cancel()
	return endProcess(ctx, server.pid, "start")
}
