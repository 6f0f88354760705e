package supervisor

import "golang.org/x/sys/unix"

// MayStartGently reports whether this machine lets us start workers at a low priority.
func MayStartGently() bool {
	usual, err := unix.SchedGetAttr(0, 0)
	return err == nil && liftable(usual)
}
