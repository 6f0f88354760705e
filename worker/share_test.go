package worker

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// The parts are tested, not the runtime: that is everybody's in a test.
func TestShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &share{all: 8, fixed: true}
		s.end = time.AfterFunc(lending, s.takeBack)
		defer s.end.Stop()
		for _, c := range []struct {
			part, whole float64
			want        int
		}{
			{1, 2, 4}, {1, 3, 3}, {0, 10, 1}, {10, 10, 8}, {1, 1000, 1}, {3, 16, 1}, {4, 16, 2}, {3, 16, 2}, {1, 16, 1},
		} {
			if s.set(c.part, c.whole); s.processors() != c.want {
				t.Errorf("%v of %v: %d processors, want %d", c.part, c.whole, s.processors(), c.want)
			}
		}
		s.set(1, 2)
		s.hash(func() { s.mustHave(t, "while hashing", 4+8) })
		time.Sleep(lending / 2)
		s.mustHave(t, "right after a hash", 4+8)
		time.Sleep(lending)
		s.mustHave(t, "a while after a hash", 4)
	})
}

func (s *share) mustHave(t *testing.T, when string, want int) {
	t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := s.processors(); got != want {
		t.Errorf("%s: %d processors, want %d", when, got, want)
	}
}

func TestShare_FollowsTheRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &share{all: 8, fixed: true}
		var mine, told atomic.Int64
		ctx, stop := context.WithCancel(t.Context())
		l := load{requests: func() (int, int) { return int(mine.Load()), 4 }, hashes: func() (int, uint64) { return 0, 0 }}
		go s.follow(ctx, 2, l, func(_ context.Context, own int) { told.Store(int64(own)) })
		for n := range 5 {
			mine.Store(int64(n))
			time.Sleep(10 * inertia * sharing)
			s.mustHave(t, fmt.Sprintf("%d of 4 requests", n), max(1, 2*n))
			if got := told.Load(); got != int64(max(1, 2*n)) {
				t.Errorf("%d of 4 requests: told %d processors", n, got)
			}
		}
		mine.Store(0)
		time.Sleep(sharing)
		s.mustHave(t, "after one look without requests", 6)
		stop()
	})
}

func TestShare_LendsNothingWhereHashesQueueUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &share{all: 8, fixed: true}
		s.end = time.AfterFunc(lending, s.takeBack)
		defer s.end.Stop()
		var waiting, hits atomic.Int64
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go s.follow(ctx, 2, load{
			requests: func() (int, int) { return 1, 2 },
			hashes:   func() (int, uint64) { return int(waiting.Load()), uint64(hits.Load()) },
		}, func(context.Context, int) {})
		s.hash(func() {
			for _, c := range []struct {
				when    string
				waiting int64
				hits    int64
				looks   time.Duration
				want    int
			}{
				{"nobody waits", 0, 0, 2 * memory, 4 + 8},
				{"some wait for a moment", 5, 0, crowd - 1, 4 + 8},
				{"they wait on", 5, 0, 1, 4},
				{"somebody is remembered", 5, 1, 1, 4 + 8},
				{"nobody else is, for a while", 5, 0, memory - 1, 4 + 8},
				{"nobody else is, for long", 5, 0, 1, 4},
				{"nobody waits for a moment", 0, 0, crowd - 1, 4},
				{"some wait again", 5, 0, 1, 4},
				{"nobody waits any more", 0, 0, crowd, 4 + 8},
			} {
				waiting.Store(c.waiting)
				hits.Add(c.hits)
				time.Sleep(c.looks * sharing) // of synctest's clock: takes no time, and so many looks exactly
				s.mustHave(t, c.when, c.want)
			}
		})
	})
}
