package main

import (
	"fmt"

	"github.com/samchon/payments-server/updater"
)

type freezeCommand struct {
	Reason string `arg:"" help:"Why, for whoever wants to update."`
}

func (freezeCommand) Help() string {
	return `Until "payments unfreeze" the master refuses updates, and so does every machine that it reached, also when the master is
gone or another takes its place, and after a restart. Machines still return to what they ran before.

    payments freeze "sales day until Monday"`
}

func (c freezeCommand) Run(p *program) error {
	master, err := p.master()
	if err != nil {
		return err
	}
	if err := master.Freeze(p.ctx, updater.Freeze{Who: whoAsks(), Reason: c.Reason}); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, "updates are frozen")
	return err
}

type unfreezeCommand struct{}

func (unfreezeCommand) Help() string {
	return `Lifts what "payments freeze" has imposed.

    payments unfreeze`
}

func (unfreezeCommand) Run(p *program) error {
	master, err := p.master()
	if err != nil {
		return err
	}
	if err := master.Freeze(p.ctx, updater.Freeze{Who: whoAsks(), Lifted: true}); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, "updates are allowed")
	return err
}
