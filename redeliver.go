package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/store"
	"github.com/samchon/payments-server/internal/webhook"
)

type redeliverCommand struct {
	period
	Dead bool        `help:"All dead letters, or those of the period."`
	IDs  []uuid.UUID `arg:"" optional:"" name:"webhook" help:"Ids of webhooks that were delivered or are dead."`
}

func (redeliverCommand) Help() string {
	return `The workers send them anew, for three days if need be, under the same webhook-id: a service that has seen it
takes no harm. Later webhooks of the same payment wait for it.

    payments webhooks redeliver 7c0ffee0-7c0f-4c0f-8c0f-7c0ffee07c01
    payments webhooks redeliver --dead --since 24h`
}

// Validate is called by kong.
func (c redeliverCommand) Validate() error {
	if c.Dead != (len(c.IDs) == 0) {
		return errors.New("name webhooks, or say --dead")
	}
	if c.period != (period{}) && !c.Dead {
		return errors.New("--since and --until go with --dead")
	}
	return nil
}

func (c redeliverCommand) Run(p *program) error {
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	cfg, err := p.config()
	if err != nil {
		return err
	}
	s, err := p.openStore(ctx, cfg, store.Keys{})
	if err != nil {
		return err
	}
	defer s.Close()
	desk := &webhook.Desk{Archive: s}
	if c.Dead {
		return c.redeliverDead(ctx, p, desk)
	}
	return c.redeliverNamed(ctx, p, desk)
}

func (c redeliverCommand) redeliverDead(ctx context.Context, p *program, desk *webhook.Desk) error {
	shown, began := newProgress(p.stderr), time.Now()
	desk.Progress = func(count int) {
		shown.show(fmt.Sprintf("webhooks to be sent again: %d, %s", count, pace(count, 0, time.Since(began))))
	}
	since, until := c.bounds()
	count, err := desk.RedeliverDead(ctx, since, until)
	shown.end()
	if said := p.redelivered(count); said != nil {
		return said
	}
	if ctx.Err() != nil {
		return errors.New("interrupted: run it again for the rest")
	}
	return err
}

func (c redeliverCommand) redeliverNamed(ctx context.Context, p *program, desk *webhook.Desk) error {
	count := 0
	var failed []error
	for _, id := range c.IDs {
		reopened, err := desk.Redeliver(ctx, id)
		switch {
		case err != nil:
			failed = append(failed, err)
		case !reopened:
			failed = append(failed, fmt.Errorf("webhook %s is being delivered, or there is none", id))
		default:
			count++
		}
	}
	if err := p.redelivered(count); err != nil {
		return err
	}
	return errors.Join(failed...)
}

func (p *program) redelivered(count int) error {
	_, err := fmt.Fprintln(p.stdout, "webhooks to be sent again:", count)
	return err
}
