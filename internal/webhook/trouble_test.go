package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/payment"
)

func TestTrouble(t *testing.T) {
	t.Parallel()
	t.Run("ADeathBeforeTheAnswerIsRecordedSendsItAgain", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		forgetful := &forgetful{Outbox: h.table, err: errors.New("nobody is there to write it down")}
		h.open(func(c *Courier) { c.outbox, c.lease, c.sender.timeout = forgetful, 2*time.Second, time.Second })
		s := newService(t, nil)
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		got := s.received()
		if len(got) != 2 || got[0].header.Get("webhook-id") != got[1].header.Get("webhook-id") {
			t.Errorf("received %v", got)
		}
	})

	t.Run("OneThatIsOursNoMoreIsNotSent", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		s := newService(t, nil)
		id := h.commit(uuid.New(), 1, s.URL, "body")
		sluggish := &sluggish{Outbox: h.table}
		h.open(func(c *Courier) { c.outbox, c.lease, c.sender.timeout = sluggish, 2*time.Second, time.Second })
		h.await(id, Delivered)
		if sluggish.recorded(sluggish.late) || len(s.received()) == 0 {
			t.Error("the late claim was used")
		}
	})

	t.Run("ADatabaseThatIsAwayForAMomentCostsNoRepetition", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		forgetful := &forgetful{Outbox: h.table, err: fmt.Errorf("%w: a failover", payment.ErrUnavailable)}
		h.open(func(c *Courier) { c.outbox = forgetful })
		s := newService(t, nil)
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		if got := s.received(); len(got) != 1 {
			t.Errorf("received %v", got)
		}
	})

	t.Run("OneThatCannotBeRecordedFailsNoOther", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		release := make(chan struct{})
		s := newService(t, func(http.ResponseWriter, *http.Request, int) { <-release })
		var ids []uuid.UUID
		for range 20 {
			ids = append(ids, h.commit(uuid.New(), 1, s.URL, "body"))
		}
		h.exec(`ALTER TABLE answers ADD CONSTRAINT poison CHECK (webhook <> '` + ids[7].String() + `')`)
		h.open(nil)
		await(t, "all to be under way", func() bool { return len(s.received()) == len(ids) })
		close(release)
		await(t, "the others", func() bool { return h.count("webhooks WHERE state = 'delivered'") == len(ids)-1 })
		h.await(ids[7], Pending)
	})

	t.Run("ACutInTheMiddleLeavesNoAnswerAndTriesAgain", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		cut := h.open(nil)
		s := newService(t, func(_ http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				<-r.Context().Done()
			}
		})
		id := h.commit(uuid.New(), 1, s.URL, "body")
		await(t, "the first attempt", func() bool { return len(s.received()) == 1 })
		cut()
		if statuses, _ := h.answers(id); len(statuses) > 0 || h.count("webhooks WHERE attempts = 0 AND due_at <= now()") != 1 {
			t.Errorf("recorded %v, or it is not due", statuses)
		}
		h.open(nil)
		h.await(id, Delivered)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{200}) {
			t.Errorf("recorded %v", statuses)
		}
	})

	t.Run("ADrainWaitsForWhatIsUnderWayAndGivesBackTheRest", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		release := make(chan struct{})
		s := newService(t, func(http.ResponseWriter, *http.Request, int) { <-release })
		const all = hostShare + 30
		for range all {
			h.commit(uuid.New(), 1, s.URL, "body")
		}
		running, retire := context.WithCancel(t.Context())
		c := h.courier(func(c *Courier) { mustBeQuick(t, c.gate, s) }) // so that the rest waits in line
		done := make(chan struct{})
		go func() { defer close(done); c.Run(running, context.WithoutCancel(t.Context())) }()
		await(t, "a full house", func() bool { return len(s.received()) == hostShare })
		retire()
		await(t, "the rest to be given back", func() bool {
			return h.count("webhooks WHERE due_at <= now() AND attempts = 0") == all-hostShare
		})
		close(release)
		<-done
		if n := h.count("webhooks WHERE state = 'delivered'"); n != hostShare || len(s.received()) != hostShare {
			t.Errorf("%d are delivered, %d were sent, want %d", n, len(s.received()), hostShare)
		}
	})

	t.Run("NoTwoHaveOneAtATime", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		var underWay [300]atomic.Int32
		s := newService(t, func(_ http.ResponseWriter, r *http.Request, _ int) {
			var n int
			if _, err := fmt.Sscan(r.URL.Query().Get("n"), &n); err != nil || underWay[n].Add(1) > 1 {
				t.Errorf("number %d is under way twice, %v", n, err)
			}
			time.Sleep(time.Millisecond) // the longer, the likelier
			underWay[n].Add(-1)
		})
		for n := range underWay {
			h.commit(uuid.New(), 1, fmt.Sprintf("%s/?n=%d", s.URL, n), "body")
		}
		for range 3 {
			h.open(nil)
		}
		await(t, "all", func() bool { return h.count("webhooks WHERE state = 'delivered'") == len(underWay) })
		if n := len(s.received()); n != len(underWay) {
			t.Errorf("received %d of %d", n, len(underWay))
		}
	})

	t.Run("WhatComesAfterTheLeaseMovesNobodyElsesClaim", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.commit(uuid.New(), 1, "http://127.0.0.1:1", "body")
		late := mustClaim(t, h)
		h.exec(`UPDATE webhooks SET due_at = now()`) // the lease has ended
		now := mustClaim(t, h)
		if _, err := h.Record(t.Context(), []Outcome{{Claim: late, State: Pending}}); err != nil {
			t.Fatal(err)
		}
		if n := h.count("webhooks WHERE due_at > now()"); n != 1 {
			t.Error("it is due although another has it")
		}
		if _, err := h.Record(t.Context(), []Outcome{{Claim: now, State: Pending}}); err != nil {
			t.Fatal(err)
		}
		if n := h.count("webhooks WHERE due_at <= now()"); n != 1 {
			t.Error("it is not given back by who has it")
		}
	})

	t.Run("ASlowHostHoldsUpNoOther", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		release := make(chan struct{})
		defer close(release)
		slow := newService(t, func(http.ResponseWriter, *http.Request, int) { <-release })
		quick := newService(t, nil)
		for range 2 * window {
			h.commit(uuid.New(), 1, slow.URL, "body")
		}
		h.open(nil)
		await(t, "the slow host's share", func() bool { return len(slow.received()) == hostShare })
		h.await(h.commit(uuid.New(), 1, quick.URL, "body"), Delivered)
	})

	t.Run("ADamagedRowHoldsUpTheOthersForOneLadderOnly", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		s, payment := newService(t, nil), uuid.New()
		damaged := h.commit(payment, 1, s.URL, "damaged")
		behind := h.commit(payment, 2, s.URL, "behind")
		h.open(func(c *Courier) { c.outbox = unreadable{h.table, damaged} })
		h.await(behind, Delivered)
		h.await(damaged, Dead)
		if got := s.received(); len(got) != 1 || got[0].body != "behind" {
			t.Errorf("received %v", got)
		}
	})

	t.Run("APanicIsAnAttempt", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(func(c *Courier) { c.outbox = explosive{h.table} })
		id := h.commit(uuid.New(), 1, "http://127.0.0.1:1", "body")
		h.await(id, Dead)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{0, 0, 0}) {
			t.Errorf("recorded %v", statuses)
		}
	})

	t.Run("ALostConnectionIsListenedToAgain", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.poll = time.Minute
		h.open(nil)
		s := newService(t, nil)
		h.await(h.commit(uuid.New(), 1, s.URL, "body"), Delivered)
		const listeners = `pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN webhooks'`
		before := h.count(listeners)
		h.exec(`SELECT pg_terminate_backend(pid) FROM ` + listeners)
		h.await(h.commit(uuid.New(), 1, s.URL, "body"), Delivered)
		await(t, "a new listener", func() bool { return h.count(listeners) == before })
		h.await(h.commit(uuid.New(), 1, s.URL, "body"), Delivered)
	})
}

func mustClaim(t *testing.T, h *house) Claim {
	t.Helper()
	all, err := h.Claim(t.Context(), 1, time.Minute)
	if err != nil || len(all) != 1 {
		t.Fatalf("claimed %v, %v", all, err)
	}
	return all[0].Claim
}

// mustBeQuick lets the gate take the service's host for one that answers at once.
func mustBeQuick(t *testing.T, g *gate, s *service) {
	t.Helper()
	leave, _ := g.enter(t.Context(), s.Listener.Addr().String())
	leave(present, time.Millisecond)
}

// unreadable has a webhook that nobody can open.
type unreadable struct {
	Outbox
	id uuid.UUID
}

func (u unreadable) Claim(ctx context.Context, most int, lease time.Duration) ([]Delivery, error) {
	all, err := u.Outbox.Claim(ctx, most, lease)
	for i := range all {
		if all[i].Webhook == u.id {
			all[i].Body = func() ([]byte, error) { return nil, errors.New("value cannot be opened") }
		}
	}
	return all, err
}

// explosive has webhooks that cannot even be looked at.
type explosive struct{ Outbox }

func (e explosive) Claim(ctx context.Context, most int, lease time.Duration) ([]Delivery, error) {
	all, err := e.Outbox.Claim(ctx, most, lease)
	for i := range all {
		all[i].Body = func() ([]byte, error) { panic("a defect") }
	}
	return all, err
}

// sluggish hands the first claim over when its lease has ended, as if the process had stood still.
type sluggish struct {
	Outbox
	late time.Time // the end of that lease

	mu    sync.Mutex
	until []time.Time // of the claims whose outcomes were recorded
}

func (s *sluggish) Claim(ctx context.Context, most int, lease time.Duration) (claimed []Delivery, err error) {
	began := time.Now()
	claimed, err = s.Outbox.Claim(ctx, most, lease)
	if len(claimed) > 0 && s.late.IsZero() {
		s.late = claimed[0].Until
		time.Sleep(time.Until(began.Add(lease))) // what it is about
	}
	return claimed, err
}

func (s *sluggish) Record(ctx context.Context, outcomes []Outcome) (bool, error) {
	s.mu.Lock()
	for _, o := range outcomes {
		s.until = append(s.until, o.Until)
	}
	s.mu.Unlock()
	return s.Outbox.Record(ctx, outcomes)
}

func (s *sluggish) recorded(until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.until, until.Equal)
}

// forgetful fails to record the first time.
type forgetful struct {
	Outbox
	err    error
	forgot atomic.Bool
}

func (f *forgetful) Record(ctx context.Context, outcomes []Outcome) (bool, error) {
	if f.forgot.CompareAndSwap(false, true) {
		return false, f.err
	}
	return f.Outbox.Record(ctx, outcomes)
}
