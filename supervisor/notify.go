package supervisor

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// notify speaks only for the unit's main process: a supervisor that fails to take over must not say that the unit stops,
// nor one that has been replaced that it lives.
func (s *supervisor) notify(lines ...string) {
	if s.inCharge && !s.leaving {
		s.tellSystemd(strings.Join(lines, "\n"), nil)
	}
}

// notifyReloading must be answered by READY=1; systemd tells by the clock which of several reloads is meant.
func (s *supervisor) notifyReloading() {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) == nil {
		s.notify("RELOADING=1", fmt.Sprintf("MONOTONIC_USEC=%d", now.Nano()/1e3))
	}
}

// notifyAlive satisfies the unit's WatchdogSec (at least a second), from the loop: a loop that hangs is not alive.
func (s *supervisor) notifyAlive() {
	if os.Getenv("WATCHDOG_USEC") != "" {
		s.notify("WATCHDOG=1")
	}
}

// notifyReady ends a reload.
func (s *supervisor) notifyReady() { s.notify("READY=1", s.status()) }

// notifyCensus leaves a line for `systemctl status`.
func (s *supervisor) notifyCensus() { s.notify(s.status()) }

func (s *supervisor) status() string {
	var parts []string
	for _, g := range s.generations {
		parts = append(parts, fmt.Sprintf("%d %s (%d)", g.number, g.state, len(g.workers)))
	}
	return "STATUS=generations: " + strings.Join(parts, ", ")
}
