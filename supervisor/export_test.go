package supervisor

import (
	"time"

	"golang.org/x/sys/unix"
)

// SetGentleLimit changes how long a worker may start gently in this process.
func SetGentleLimit(d time.Duration) { gentleLimit = d }

// MayStartGently reports whether this machine lets us start workers at a low priority.
func MayStartGently() bool {
	usual, err := unix.SchedGetAttr(0, 0)
	return err == nil && liftable(usual)
}
