package webhook

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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

	// The second one's job is over before the first is taken: nothing but the end
	// of the first can start it.
	t.Run("StartsTheNextAtOnce", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
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
		await(t, "the second to step back", func() bool { return h.jobsIn("completed") == 1 })
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

func TestCrash(t *testing.T) {
	t.Parallel()
	t.Run("BeforeTheAnswerIsRecordedSendsItAgain", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		forgetful := &forgetful{Rows: h.table}
		h.open(func(w *Worker) { w.rows = forgetful })
		s := newService(t, nil)
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		got := s.received()
		if len(got) != 2 || got[0].header.Get("webhook-id") != got[1].header.Get("webhook-id") {
			t.Errorf("received %v", got)
		}
	})

	t.Run("InTheMiddleOfAnAttemptLeavesNoAnswerAndTriesAgain", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		stop := h.open(nil)
		s := newService(t, func(_ http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				<-r.Context().Done()
			}
		})
		id := h.commit(uuid.New(), 1, s.URL, "body")
		await(t, "the first attempt", func() bool { return len(s.received()) == 1 })
		stop() // a drain that does not wait
		if statuses, _ := h.answers(id); len(statuses) > 0 {
			t.Errorf("recorded %v", statuses)
		}
		h.open(nil)
		h.await(id, Delivered)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{200}) {
			t.Errorf("recorded %v", statuses)
		}
	})

	t.Run("OfTheRowCancelsTheJob", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		s := newService(t, nil)
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.exec(`DELETE FROM webhooks WHERE id = $1`, id)
		h.open(nil)
		await(t, "the job to be cancelled", func() bool { return h.jobsIn("cancelled") == 1 })
		if got := s.received(); len(got) > 0 {
			t.Errorf("received %v", got)
		}
	})
}

func TestDesk(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (h *house, desk *Desk, s *service, broken *atomic.Bool) {
		h, broken = newHouse(t), &atomic.Bool{}
		h.open(nil)
		broken.Store(true)
		s = newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			if broken.Load() {
				w.WriteHeader(http.StatusGone)
			}
		})
		return h, &Desk{DB: h.pool, Archive: h.table, Jobs: h.jobs}, s, broken
	}

	t.Run("RedeliversADeadOne", func(t *testing.T) {
		t.Parallel()
		h, desk, s, broken := setup(t)
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Dead)
		broken.Store(false)
		for range 2 { // and then the delivered one
			if ok, err := desk.Redeliver(t.Context(), id); !ok || err != nil {
				t.Fatal(ok, err)
			}
			h.await(id, Delivered)
		}
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{410, 200, 200}) {
			t.Errorf("recorded %v", statuses)
		}
	})

	t.Run("GivesItAWholeLadder", func(t *testing.T) {
		t.Parallel()
		h, desk, s, broken := setup(t)
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Dead)
		broken.Store(false)
		failing := newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusTeapot) })
		h.exec(`UPDATE webhooks SET url = $2 WHERE id = $1`, id, failing.URL)
		if ok, err := desk.Redeliver(t.Context(), id); !ok || err != nil {
			t.Fatal(ok, err)
		}
		h.await(id, Dead)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{410, 418, 418, 418}) {
			t.Errorf("recorded %v", statuses)
		}
	})

	t.Run("LeavesAPendingOneAlone", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		desk := &Desk{DB: h.pool, Archive: h.table, Jobs: h.jobs}
		for name, id := range map[string]uuid.UUID{"pending": h.commit(uuid.New(), 1, "http://127.0.0.1:1", ""), "unknown": uuid.New()} {
			if ok, err := desk.Redeliver(t.Context(), id); ok || err != nil {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
		}
	})

	t.Run("RedeliversTheDeadOfAPeriod", func(t *testing.T) {
		t.Parallel()
		h, desk, s, broken := setup(t)
		old := h.commit(uuid.New(), 1, s.URL, "old")
		const fresh = 120 // more than a page
		for range fresh {
			h.commit(uuid.New(), 1, s.URL, "fresh")
		}
		await(t, "all to be dead", func() bool { return h.count("webhooks WHERE state = 'dead'") == fresh+1 })
		h.exec(`UPDATE webhooks SET created_at = now() - interval '1 day' WHERE id = $1`, old)
		broken.Store(false)
		count, err := desk.RedeliverDead(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		if count != fresh || err != nil {
			t.Fatal(count, err)
		}
		await(t, "the fresh ones", func() bool { return h.count("webhooks WHERE state = 'delivered'") == fresh })
		h.await(old, Dead)
	})
}

// forgetful loses the first answer, as a crash just before would.
type forgetful struct {
	Rows
	forgot atomic.Bool
}

func (f *forgetful) Record(ctx context.Context, tx pgx.Tx, id uuid.UUID, a Answer) error {
	if f.forgot.CompareAndSwap(false, true) {
		return errors.New("the database is away")
	}
	return f.Rows.Record(ctx, tx, id, a)
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
