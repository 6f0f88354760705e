// Package filelock lets one process at a time do something, by a lock that the
// kernel releases when its holder dies, whatever kills it. It keeps out nobody
// who does not ask.
package filelock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pollInterval is the pause between two attempts. flock(2) could wait by itself,
// but knows no deadline.
const pollInterval = 20 * time.Millisecond

// Lock takes the lock of the file at path, which it makes when missing and which
// stays. It waits for a holder until ctx ends. unlock may be called repeatedly.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := wait(ctx, f); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, errors.Join(err, f.Close()))
	}
	return func() { _ = f.Close() }, nil // closing releases
}

func wait(ctx context.Context, f *os.File) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("held by another process: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}
