package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/store"
	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/worker"
)

type keysCommand struct {
	Rotate rotateCommand `cmd:"" help:"Encrypt every record anew, under the current keys."`
}

type rotateCommand struct {
	DryRun bool `help:"Only open every value and count."`
}

func (rotateCommand) Help() string {
	return `After a key of at_rest was replaced in the configuration, and "payments reload" has told the workers, this
encrypts all that is under an older key, or as the original payments-server wrote it, under the current
one. The server goes on meanwhile. Ctrl-C does no harm: run it again for the rest.

When a dry run finds nothing to do any more, the replaced key may leave the configuration. It fails when a
value cannot be opened with the configured keys; such a value is left as it is.

    payments reload
    payments keys rotate
    payments keys rotate --dry-run`
}

func (c rotateCommand) Run(p *program) error {
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if !c.DryRun {
		if err := p.workersKnow(cfg); err != nil {
			return err
		}
	}
	keys, err := worker.Keys(cfg.AtRest)
	if err != nil {
		return err
	}
	s, err := p.openStore(ctx, cfg, keys)
	if err != nil {
		return err
	}
	defer s.Close()

	shown := newProgress(p.stderr)
	tallies, err := s.Reseal(ctx, store.Rotation{DryRun: c.DryRun, Progress: c.progress(shown)})
	shown.end()
	if written := c.write(p, tallies); written != nil {
		return written
	}
	if ctx.Err() != nil {
		return errors.New("interrupted: run it again for the rest")
	}
	return errors.Join(err, unreadable(tallies))
}

// workersKnow refuses while a worker on this machine has an older configuration: it
// could not read what is encrypted under a key that it has never seen.
func (p *program) workersKnow(cfg *config.Config) error {
	if cfg.File == "" {
		return nil // keys in the environment, which a server does not read again
	}
	file, err := os.Stat(cfg.File)
	if err != nil {
		return err
	}
	census, err := supervisor.Status(p.ctx, cfg.Admin.Addr())
	if err != nil {
		return nil //nolint:nilerr // no server answers on this machine
	}
	for _, g := range census.Generations {
		if g.Born.Before(file.ModTime()) {
			return fmt.Errorf("workers of generation %d started before %s was changed, and may not know its keys: `payments reload`, and wait until they are gone from `payments status`", g.Number, cfg.File)
		}
	}
	return nil
}

// progress shows one column after the other, each at its own pace.
func (rotateCommand) progress(shown *progress) func(store.Tally) {
	began := time.Now()
	return func(t store.Tally) {
		shown.show(fmt.Sprintf("%s: %.0f %%, %d values, %s", t.Column, 100*t.Done, t.Rows, pace(t.Rows, t.Done, time.Since(began))))
		if t.Done == 1 {
			began = time.Now()
		}
	}
}

func (c rotateCommand) write(p *program, tallies []store.Tally) error {
	done := "RE-SEALED"
	if c.DryRun {
		done = "TO RE-SEAL"
	}
	t := columns(p.stdout)
	fmt.Fprintf(t, "VALUES\tROWS\t%s\tALREADY CURRENT\tUNREADABLE\n", done)
	for _, c := range tallies {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\n", c.Column, c.Rows, c.Resealed, c.Current, c.Unreadable)
	}
	return t.Flush()
}

func unreadable(tallies []store.Tally) error {
	count, rows := 0, ""
	for _, c := range tallies {
		count += c.Unreadable
		for _, row := range c.Lost {
			rows += fmt.Sprintf("\n  %s of %s", c.Column, row)
		}
	}
	if count == 0 {
		return nil
	}
	return fmt.Errorf("values that the configured keys do not open: %d, left as they are, among them%s", count, rows)
}
