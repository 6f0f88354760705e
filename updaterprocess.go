package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/filelock"
	"github.com/samchon/payments-server/updater/release"
)

func updaterPID(cfg *config.Config) string { return cfg.Path("run", "updater.pid") }

// runningUpdater is the process of this home's updater, 0 without one.
func runningUpdater(cfg *config.Config) int {
	return livingProcess(cfg.Home, updaterPID(cfg), "updater")
}

// runUpdater runs a role of the updater until a signal ends it. The role calls ready when nothing is wrong with its
// configuration.
func (p *program) runUpdater(role func(_ context.Context, _ *config.Config, ready func() error) error) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if err := becomeLastGood(cfg); err != nil {
		return err
	}
	if err := cfg.CheckFiles(); err != nil {
		return err
	}
	if running := runningUpdater(cfg); running != 0 {
		return fmt.Errorf("the updater of %s runs already, as process %d", cfg.Home, running)
	}
	for _, dir := range []string{cfg.Path("run"), cfg.Path("logs"), release.Home(cfg.Home).Updater()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return homeError(err)
		}
	}
	ctx, stop := signal.NotifyContext(p.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	unlock, err := lockUpdater(ctx, cfg)
	if err != nil {
		return err
	}
	defer unlock()
	defer os.Remove(updaterPID(cfg)) // which nobody else has written, while we have the lock
	return role(ctx, cfg, func() error { return os.WriteFile(updaterPID(cfg), []byte(strconv.Itoa(os.Getpid())), 0o600) })
}

const updaterLockTimeout = 2 * time.Second // one that is just ending is waited for

// lockUpdater guards the pid file: of two that start at once, neither has written it when the other looks.
func lockUpdater(ctx context.Context, cfg *config.Config) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, updaterLockTimeout)
	defer cancel()
	if unlock, err = filelock.Lock(ctx, cfg.Path("run", "updater.lock")); err != nil {
		return nil, fmt.Errorf("another updater of %s runs or starts: %w", cfg.Home, err)
	}
	return unlock, nil
}

const updaterStartTimeout = 20 * time.Second

// updaterInBackground returns when the updater is ready.
func (p *program) updaterInBackground(role ...string) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Path("logs"), 0o700); err != nil {
		return homeError(err)
	}
	ctx, cancel := context.WithTimeout(p.ctx, updaterStartTimeout)
	defer cancel()
	child, err := p.background(cfg.Path("logs", "updater.log"), "updater", role...)
	if err != nil {
		return err
	}
	if err := child.waitReady(ctx, func() bool { return runningUpdater(cfg) == child.pid }); err != nil {
		return errors.Join(err, endProcess(ctx, child.pid, "updater"))
	}
	_, err = fmt.Fprintf(p.stdout, "the updater runs in the background as process %d\n  its log: %s\n  stop it: payments updater stop\n", child.pid, child.log)
	return err
}

type stopUpdaterCommand struct {
	Timeout time.Duration `help:"How long to wait until an update that is under way has been returned." default:"6m"`
}

func (stopUpdaterCommand) Help() string {
	return `Stopping a master aborts an update that is under way, and returns the machines first. Stopping a slave in the middle of
an update fails it; the machine returns when the slave is started again.

    payments updater stop`
}

func (c stopUpdaterCommand) Run(p *program) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(p.ctx, c.Timeout)
	defer cancel()
	if running := runningUpdater(cfg); running != 0 {
		if err := endProcess(ctx, running, "updater"); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(p.stdout, "no updater runs any more")
	return err
}
