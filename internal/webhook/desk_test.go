package webhook

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

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
		return h, &Desk{Archive: h.table}, s, broken
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
		desk := &Desk{Archive: h.table}
		for name, id := range map[string]uuid.UUID{"pending": h.commit(uuid.New(), 1, "http://127.0.0.1:1", ""),
			"unknown": uuid.New()} {
			if ok, err := desk.Redeliver(t.Context(), id); ok || err != nil {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
		}
	})

	t.Run("HasLaterOnesWait", func(t *testing.T) {
		t.Parallel()
		h, desk, s, broken := setup(t)
		payment := uuid.New()
		first := h.commit(payment, 1, s.URL, "first")
		h.await(first, Dead)
		broken.Store(false)
		away := time.Now().Add(time.Hour)
		second := h.commit(payment, 2, "http://127.0.0.1:1", "second")
		h.exec(`UPDATE webhooks SET due_at = $2, url = $3 WHERE id = $1`, second, away, s.URL) // it climbs its ladder
		h.exec(`UPDATE webhooks SET url = 'http://127.0.0.1:1' WHERE id = $1`, first)
		if ok, err := desk.Redeliver(t.Context(), first); !ok || err != nil {
			t.Fatal(ok, err)
		}
		h.exec(`UPDATE webhooks SET due_at = now() WHERE id = $1`, second)
		h.await(second, Delivered)
		if statuses, _ := h.answers(first); !slices.Equal(statuses, []int{410, 0, 0, 0}) {
			t.Errorf("the second was sent when the first had come to %v", statuses)
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
		told := 0
		desk.Progress = func(count int) { told = count }
		count, err := desk.RedeliverDead(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		if count != fresh || told != fresh || err != nil {
			t.Fatal(count, told, err)
		}
		await(t, "the fresh ones", func() bool { return h.count("webhooks WHERE state = 'delivered'") == fresh })
		h.await(old, Dead)
	})
}
