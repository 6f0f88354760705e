package supervisor

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

func (s *supervisor) notify(lines ...string) { s.tellSystemd(strings.Join(lines, "\n"), nil) }

// notifyReloading must be answered by READY=1; systemd tells by the clock which of several reloads is meant.
func (s *supervisor) notifyReloading() {
	var now unix.Timespec
	if s.inCharge && unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) == nil {
		s.notify("RELOADING=1", fmt.Sprintf("MONOTONIC_USEC=%d", now.Nano()/1e3))
	}
}

// notifyAlive satisfies the unit's WatchdogSec (at least a second), from the loop: a loop that hangs is not alive.
func (s *supervisor) notifyAlive() {
	if os.Getenv("WATCHDOG_USEC") != "" {
		s.notify("WATCHDOG=1")
	}
}

// notifyCensus ends a reload and leaves a line for `systemctl status`.
func (s *supervisor) notifyCensus() {
	var parts []string
	for _, g := range s.generations {
		parts = append(parts, fmt.Sprintf("%d %s (%d)", g.number, g.state, len(g.workers)))
	}
	s.notify("READY=1", "STATUS=generations: "+strings.Join(parts, ", "))
}
