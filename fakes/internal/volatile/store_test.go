package volatile_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/samchon/payments-server/fakes/internal/volatile"
)

// ticker is a time that moves by a millisecond whenever it is read.
func ticker() func() time.Time {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
}

func keys(s *volatile.Store[string, int]) []string {
	var all []string
	for key := range s.All() {
		all = append(all, key)
	}
	return all
}

func TestStore(t *testing.T) {
	t.Parallel()

	t.Run("DropsTheOldestWhenFull", func(t *testing.T) {
		t.Parallel()
		s := volatile.New[string, int](volatile.Limits{Count: 2}, ticker())
		s.Put("a", 1)
		s.Put("b", 2)
		s.Put("c", 3)
		if got, want := keys(s), []string{"b", "c"}; !slices.Equal(got, want) {
			t.Errorf("kept %v, want %v", got, want)
		}
	})

	t.Run("DropsWhatIsTooOldWithTheNextPut", func(t *testing.T) {
		t.Parallel()
		s := volatile.New[string, int](volatile.Limits{Count: 10, Age: time.Millisecond}, ticker())
		s.Put("a", 1)
		if _, ok := s.Get("a"); !ok {
			t.Error("reading dropped a value; only a Put may")
		}
		s.Put("b", 2)
		if got, want := keys(s), []string{"b"}; !slices.Equal(got, want) {
			t.Errorf("kept %v, want %v", got, want)
		}
	})

	t.Run("IsNotMadeYoungerByReading", func(t *testing.T) {
		t.Parallel()
		s := volatile.New[string, int](volatile.Limits{Count: 2}, ticker())
		s.Put("a", 1)
		s.Put("b", 2)
		s.Get("a")
		s.Put("c", 3)
		if _, ok := s.Get("a"); ok {
			t.Error("the oldest stayed because it had been read")
		}
	})

	t.Run("IsMadeYoungerByPuttingAgain", func(t *testing.T) {
		t.Parallel()
		s := volatile.New[string, int](volatile.Limits{Count: 2}, ticker())
		s.Put("a", 1)
		s.Put("b", 2)
		s.Put("a", 3)
		s.Put("c", 4)
		if got, want := keys(s), []string{"a", "c"}; !slices.Equal(got, want) {
			t.Errorf("kept %v, want %v", got, want)
		}
	})

	t.Run("TellsOfEachValueThatLeaves", func(t *testing.T) {
		t.Parallel()
		var left []int
		s := volatile.NewWithEvict(volatile.Limits{Count: 2}, ticker(), func(_ string, v int) { left = append(left, v) })
		s.Put("a", 1)
		s.Put("a", 2) // 1 is replaced
		s.Put("b", 3)
		s.Put("c", 4) // 2 is pushed out
		s.Delete("b") // 3 is deleted
		s.Clear()     // 4
		if want := []int{1, 2, 3, 4}; !slices.Equal(left, want) {
			t.Errorf("left %v, want %v", left, want)
		}
	})

	t.Run("HoldsItsLimitOverAMillionPuts", func(t *testing.T) {
		t.Parallel()
		const million, limit = 1_000_000, 1_000
		s := volatile.New[int, [128]byte](volatile.Limits{Count: limit}, time.Now)
		var after10k, end runtime.MemStats
		for i := range million {
			s.Put(i, [128]byte{})
			if i == 10_000 {
				runtime.GC()
				runtime.ReadMemStats(&after10k)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&end)
		if s.Len() != limit {
			t.Errorf("holds %d values, want %d", s.Len(), limit)
		}
		// Other tests allocate meanwhile, so this is generous; a leak of a
		// million values would be 250 MB.
		if grown := int64(end.HeapAlloc) - int64(after10k.HeapAlloc); grown > 64<<20 {
			t.Errorf("the heap grew by %d MB", grown>>20)
		}
		runtime.KeepAlive(s)
	})
}
