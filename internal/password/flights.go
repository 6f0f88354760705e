package password

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// flights joins equal questions asked at the same time. Unlike x/sync's
// singleflight it starts no goroutine, and the hang-up of the one who computes
// does not become the answer of those who wait.
type flights struct {
	mu     sync.Mutex
	flying map[digest]*flight
}

type flight struct {
	done    chan struct{} // closed by the one who computes
	verdict error
}

// do returns what ask returns, here or in the flight already under way.
func (f *flights) do(ctx context.Context, d digest, ask func() error) error {
	for {
		current, mine := f.join(d)
		if mine {
			return f.fly(d, current, ask)
		}
		select {
		case <-current.done:
			if !isHangUp(current.verdict) {
				return current.verdict
			}
		case <-ctx.Done():
			return fmt.Errorf("wait to verify a password: %w", ctx.Err())
		}
	}
}

func (f *flights) join(d digest) (_ *flight, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if current, ok := f.flying[d]; ok {
		return current, false
	}
	if f.flying == nil {
		f.flying = map[digest]*flight{}
	}
	f.flying[d] = &flight{done: make(chan struct{})}
	return f.flying[d], true
}

func (f *flights) fly(d digest, mine *flight, ask func() error) error {
	mine.verdict = context.Canceled // stays if ask panics: others then ask themselves
	defer func() {
		f.mu.Lock()
		delete(f.flying, d)
		f.mu.Unlock()
		close(mine.done)
	}()
	mine.verdict = ask()
	return mine.verdict
}

func isHangUp(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
