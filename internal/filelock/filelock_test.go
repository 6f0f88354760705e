package filelock_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/samchon/payments-server/internal/filelock"
)

func TestLock(t *testing.T) {
	t.Parallel()

	t.Run("KeepsTheSecondOut", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "lock")
		unlock := mustLock(t, path)
		defer unlock()
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := filelock.Lock(over, path); !errors.Is(err, context.Canceled) {
			t.Errorf("second lock gave %v, want context.Canceled", err)
		}
	})

	t.Run("LetsTheSecondInWhenTheFirstUnlocks", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "lock")
		unlock := mustLock(t, path)
		second := make(chan error)
		go func() {
			unlock, err := filelock.Lock(t.Context(), path)
			if err == nil {
				unlock()
			}
			second <- err
		}()
		select {
		case err := <-second:
			t.Fatalf("second lock returned %v while the first was held", err)
		default:
		}
		unlock()
		unlock()
		if err := <-second; err != nil {
			t.Error(err)
		}
	})

	t.Run("SaysWhichFileItCannotMake", func(t *testing.T) {
		t.Parallel()
		if _, err := filelock.Lock(t.Context(), filepath.Join(t.TempDir(), "missing", "lock")); err == nil {
			t.Error("locked a file in a folder that does not exist")
		}
	})
}

func mustLock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	unlock, err := filelock.Lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return unlock
}
