package webhook

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

func TestTrouble(t *testing.T) {
	t.Parallel()
	t.Run("ADeathBeforeTheAnswerIsRecordedSendsItAgain", func(t *testing.T) {
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

	t.Run("ADrainInTheMiddleLeavesNoAnswerAndTriesAgain", func(t *testing.T) {
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

	t.Run("ADamagedRowHoldsUpTheOthersForOneLadderOnly", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		s, payment := newService(t, nil), uuid.New()
		damaged := h.commit(payment, 1, s.URL, "damaged")
		behind := h.commit(payment, 2, s.URL, "behind")
		h.open(func(w *Worker) { w.rows = unreadable{h.table, damaged} })
		h.await(behind, Delivered)
		h.await(damaged, Dead)
		if got := s.received(); len(got) != 1 || got[0].body != "behind" {
			t.Errorf("received %v", got)
		}
	})

	t.Run("ADeletedRowCancelsItsJob", func(t *testing.T) {
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

// unreadable has a webhook that nobody can open.
type unreadable struct {
	Rows
	id uuid.UUID
}

func (u unreadable) Load(ctx context.Context, ids []uuid.UUID) ([]Delivery, error) {
	all, err := u.Rows.Load(ctx, ids)
	if at := slices.Index(ids, u.id); err == nil && at >= 0 {
		all[at] = Delivery{Err: errors.New("value cannot be opened")}
	}
	return all, err
}

// forgetful loses the first answer, as a crash just before would.
type forgetful struct {
	Rows
	forgot atomic.Bool
}

func (f *forgetful) Record(ctx context.Context, tx pgx.Tx, outcomes []Outcome) ([]uuid.UUID, error) {
	if f.forgot.CompareAndSwap(false, true) {
		return nil, errors.New("the database is away")
	}
	return f.Rows.Record(ctx, tx, outcomes)
}
