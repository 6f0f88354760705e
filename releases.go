package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/updater/release"
)

// becomeLastGood goes on as the last good release of the home, where the updater has
// made one: a start after a crash or a reboot, and an upgrade, must not depend on
// which build somebody once installed. The process stays, and what it inherited.
func becomeLastGood(cfg *config.Config) error {
	home := release.Home(cfg.Home)
	name, err := home.Pointed(release.LastGood)
	through := home.Through(release.LastGood)
	if err != nil || name == "" || os.Args[0] == through {
		return err
	}
	err = syscall.Exec(through, append([]string{through}, os.Args[1:]...), os.Environ())
	return fmt.Errorf("go on as the last good release %s: %w", name, err)
}

// workerArgs is how the supervisor starts workers: from the release that a
// pointer of the home names, and without one from the file this binary was started
// from, which a build may have replaced since.
func (p *program) workerArgs(cfg *config.Config) func(supervisor.Release) ([]string, error) {
	home := release.Home(cfg.Home)
	pointers := map[supervisor.Release]release.Pointer{
		supervisor.Current: release.Current, supervisor.LastGood: release.LastGood,
	}
	return func(which supervisor.Release) ([]string, error) {
		name, err := home.Pointed(pointers[which])
		if err != nil {
			return nil, err
		}
		if name != "" {
			return append([]string{home.Binary(name)}, p.withConfig("worker")...), nil
		}
		self, err := ownPath()
		return append([]string{self}, p.withConfig("worker")...), err
	}
}

// blessed moves last-good to the release that a blessed generation runs.
func blessed(cfg *config.Config) func(argv []string) error {
	home := release.Home(cfg.Home)
	return func(argv []string) error {
		name := home.NameOf(argv[0])
		if name == "" {
			return nil // a build that nobody manages
		}
		return home.Point(release.LastGood, name)
	}
}
