package webhook

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	t.Run("IsKeptThroughFailures", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		h.open(nil) // as two worker processes do
		var underWay atomic.Int32
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, n int) {
			if underWay.Add(1) > 1 {
				t.Error("two webhooks of one payment are under way")
			}
			defer underWay.Add(-1)
			if n%3 != 0 {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		payment := uuid.New()
		var last uuid.UUID
		for i := range 12 {
			last = h.commit(payment, i, s.URL, fmt.Sprint(i))
		}
		h.await(last, Delivered)
		for i, r := range s.received() {
			if want := fmt.Sprint(i / 3); r.body != want {
				t.Errorf("received webhook %s as number %d, want %s", r.body, i, want)
			}
		}
	})

	// The second one has stepped back before the first is taken, and nobody polls:
	// nothing but the end of the first can start it.
	t.Run("StartsTheNextAtOnce", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.poll = time.Minute
		h.open(nil)
		release := make(chan struct{})
		s := newService(t, func(_ http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				<-release
			}
		})
		payment := uuid.New()
		h.commit(payment, 1, s.URL, "first")
		await(t, "the first", func() bool { return len(s.received()) == 1 })
		second := h.commit(payment, 2, s.URL, "second")
		await(t, "the second to step back", func() bool { return h.count("webhooks WHERE due_at IS NULL") == 1 })
		close(release)
		h.await(second, Delivered)
	})

	t.Run("HoldsUpNoOtherPayment", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		release := make(chan struct{})
		s := newService(t, func(_ http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				<-release
			}
		})
		held := h.commit(uuid.New(), 1, s.URL, "held")
		await(t, "the held one", func() bool { return len(s.received()) == 1 })
		h.await(h.commit(uuid.New(), 1, s.URL, "other"), Delivered)
		close(release)
		h.await(held, Delivered)
	})

	t.Run("GoesOnBehindADeadOne", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, n int) {
			if n <= 3 {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		payment := uuid.New()
		first := h.commit(payment, 1, s.URL, "first")
		second := h.commit(payment, 2, s.URL, "second")
		h.await(second, Delivered)
		h.await(first, Dead)
	})

	// Webhooks committed while others are settled, by two processes and with
	// failures between, are where a start could get lost.
	t.Run("LosesNoStart", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		h.open(nil)
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			if rand.IntN(10) == 0 {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		const payments, each = 20, 15
		var all sync.WaitGroup
		for range payments {
			all.Go(func() {
				payment := uuid.New()
				for i := range each {
					h.commit(payment, i, s.URL, fmt.Sprint(payment, " ", i))
				}
			})
		}
		all.Wait()
		await(t, "all to be settled", func() bool { return h.count("webhooks WHERE state = 'pending'") == 0 })
		mustBeInOrder(t, s.received())
	})
}

// mustBeInOrder checks that the webhooks of each payment came one after the
// other, each as often as it took.
func mustBeInOrder(t *testing.T, receipts []receipt) {
	t.Helper()
	last := map[string]int{}
	for _, r := range receipts {
		var payment string
		var i int
		if _, err := fmt.Sscan(r.body, &payment, &i); err != nil {
			t.Fatal(err)
		}
		if i < last[payment] || i > last[payment]+1 {
			t.Errorf("webhook %d of payment %s came after number %d", i, payment, last[payment])
		}
		last[payment] = i
	}
}
