package main

import (
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/samchon/payments-server/updater"
)

type updateCommand struct {
	Mode     string `arg:"" enum:"local,dev,real" help:"What is updated: local, dev or real. A master of another mode refuses."`
	Commit   string `help:"This commit instead of the branch's last one." placeholder:"HASH"`
	Branch   string `help:"This branch instead of the configured one." placeholder:"NAME"`
	Canary   int    `help:"Machines that go first." default:"1" placeholder:"N"`
	Wave     int    `help:"Machines that follow together; all that are left without it." placeholder:"N"`
	Rollback bool   `help:"Allow a commit that does not follow the deployed one."`
}

func (updateCommand) Help() string {
	return `Every machine fetches, builds and checks the commit; then the first hands over to it, and when it stays healthy for a
while, the others. When anything fails on any machine, all return to what they ran before, and this command fails.

Ctrl-C, or the end of this command in any other way, aborts the update and returns the machines. A second Ctrl-C does not
wait for that. "payments rollouts" shows what became of it.

    payments update real
    payments update real --canary 2 --wave 10
    payments update real --commit 3f2c1d0 --rollback`
}

func (c updateCommand) Run(p *program) error {
	master, err := p.master()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	defer afterFirst(ctx.Done(), stop)()
	view := newFleetView(p.stdout)
	order := updater.Order{Mode: c.Mode, Who: whoAsks(), Branch: c.Branch, Commit: c.Commit, Rollback: c.Rollback, Canary: c.Canary, Wave: c.Wave}
	fleet, err := master.Update(ctx, order, view.show)
	if err != nil {
		return err
	}
	return c.conclude(p, *fleet.Rollout)
}

// afterFirst lets the next signal end the program, as if nobody had asked for signals.
func afterFirst(signalled <-chan struct{}, stop func()) (wait func()) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		select {
		case <-signalled:
			stop()
		case <-done:
		}
	}()
	return func() { close(done); <-over }
}

// conclude prints what the original's command did, in its words.
func (c updateCommand) conclude(p *program, r updater.Rollout) error {
	if r.Outcome == updater.Updated {
		fmt.Fprintf(p.stdout, "branch %s %s\nhash %s\ncommit-time %s\n", c.Mode, r.Branch, r.To, r.Time.Format(time.RFC3339))
	}
	switch {
	case r.Outcome == updater.Unclear:
		return fmt.Errorf("the update failed, and not every machine is known to be back: %s", r.Reason)
	case r.Outcome == updater.Undone:
		return fmt.Errorf("the update was undone, every machine runs what it ran before: %s", r.Reason)
	case r.Reason != "":
		return errors.New(r.Reason)
	}
	return nil
}
