package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/payment"
)

func TestEarlyWebhooks(t *testing.T) {
	t.Parallel()
	t.Run("AreBounded", func(t *testing.T) {
		t.Parallel()
		s := openStore(t, newDatabase(t), ourKeys(t, newKey))
		s.maxEarly = 3
		for n := range 10 {
			must(t, s.KeepEarlyWebhook(t.Context(), payment.Iamport, fmt.Sprint("imp_", n)))
		}
		kept := ask[[]string](t, s, `SELECT array_agg(vendor_uid ORDER BY vendor_uid) FROM payments.payment_early_webhooks`)
		if fmt.Sprint(kept) != "[imp_7 imp_8 imp_9]" {
			t.Errorf("kept %v, want the newest three", kept)
		}
	})
	t.Run("AreKeptOnceAPayment", func(t *testing.T) {
		t.Parallel()
		s := openStore(t, newDatabase(t), ourKeys(t, newKey))
		s.maxEarly = 3
		for _, key := range []string{"a", "b", "a", "a", "c"} {
			must(t, s.KeepEarlyWebhook(t.Context(), payment.Toss, key))
		}
		kept := ask[[]string](t, s, `SELECT array_agg(vendor_uid ORDER BY place) FROM payments.payment_early_webhooks`)
		if fmt.Sprint(kept) != "[a c]" {
			t.Errorf("kept %v, want a, which came again, before c", kept)
		}
	})
}

func TestFinishCapture_LooksAgainAtWhatWasAnnouncedSinceItsIntent(t *testing.T) {
	t.Parallel()
	s := openStore(t, newDatabase(t), ourKeys(t, newKey))
	announce := func(t *testing.T, v payment.Vendor) {
		t.Helper()
		must(t, s.KeepEarlyWebhook(t.Context(), v.Code, v.UID))
	}
	finish := func(t *testing.T, i *payment.Intent) {
		t.Helper()
		must(t, s.FinishCapture(t.Context(), i.ID, captured(i), []string{i.Vendor.UID}))
		if n := ask[int](t, s, `SELECT count(*) FROM payments.payment_early_webhooks WHERE vendor_uid = $1`, i.Vendor.UID); n != 0 {
			t.Errorf("%d webhooks are still kept", n)
		}
	}
	mustLook := func(t *testing.T, v payment.Vendor, want int) {
		t.Helper()
		if n := ask[int](t, s, `SELECT count(*) FROM payments.river_job WHERE kind = 'sync_payment' AND args ->> 'vendor_uid' = $1`, v.UID); n != want {
			t.Errorf("%d looks are queued, want %d", n, want)
		}
	}
	t.Run("NotBefore", func(t *testing.T) {
		t.Parallel()
		v := payment.Vendor{Code: payment.Toss, StoreID: "s", UID: uuid.NewString()}
		announce(t, v)
		finish(t, openIntent(t, s, time.Hour, v))
		mustLook(t, v, 0)
	})
	t.Run("Since", func(t *testing.T) {
		t.Parallel()
		i := openIntent(t, s, time.Hour)
		announce(t, i.Vendor)
		finish(t, i)
		mustLook(t, i.Vendor, 1)
	})
	t.Run("BeforeAndSince", func(t *testing.T) {
		t.Parallel()
		v := payment.Vendor{Code: payment.Toss, StoreID: "s", UID: uuid.NewString()}
		announce(t, v)
		i := openIntent(t, s, time.Hour, v)
		announce(t, v)
		finish(t, i)
		mustLook(t, v, 1)
	})
	t.Run("EvenIfAnotherIntentHasComeSince", func(t *testing.T) {
		t.Parallel()
		first := openIntent(t, s, time.Hour) // whose request has the PG's approval in hand
		announce(t, first.Vendor)
		must(t, s.MoveIntent(t.Context(), first.ID, payment.StateDeclined, "no"))
		second := openIntent(t, s, time.Hour, first.Vendor)
		must(t, s.MoveIntent(t.Context(), second.ID, payment.StateDeclined, "no"))
		finish(t, first)
		mustLook(t, first.Vendor, 1)
	})
	t.Run("OfThisPaymentAlone", func(t *testing.T) {
		t.Parallel()
		other := payment.Vendor{Code: payment.Iamport, StoreID: "s", UID: uuid.NewString()} // the others are Toss's
		announce(t, other)
		finish(t, openIntent(t, s, time.Hour, payment.Vendor{Code: payment.Iamport, StoreID: "s", UID: uuid.NewString()}))
		if n := ask[int](t, s, `SELECT count(*) FROM payments.payment_early_webhooks WHERE vendor_uid = $1`, other.UID); n != 1 {
			t.Errorf("%d webhooks of another payment are kept, want 1", n)
		}
	})
	t.Run("EvenIfItWasGivenUpMeanwhile", func(t *testing.T) {
		t.Parallel()
		i := openIntent(t, s, time.Hour)
		tx, err := s.pool.Begin(t.Context())
		must(t, err)
		defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
		_, err = tx.Exec(t.Context(), `UPDATE payments.payment_intents SET state = 'declined', outcome = 'no' WHERE id = $1`, i.ID)
		must(t, err)
		var pid int
		must(t, tx.QueryRow(t.Context(), `SELECT pg_backend_pid()`).Scan(&pid))
		finished := make(chan error, 1)
		go func() {
			finished <- s.FinishCapture(t.Context(), i.ID, captured(i), []string{i.Vendor.UID})
		}()
		const waits = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))`
		for waiting := false; !waiting; waiting = ask[bool](t, s, waits, pid) {
			select {
			case err := <-finished:
				t.Fatalf("it has not waited, and ended with %v", err)
			case <-time.After(time.Millisecond):
			}
		}
		must(t, tx.Commit(t.Context()))
		must(t, <-finished)
		mustLook(t, i.Vendor, 1)
	})
	t.Run("NotIfTheIntentWasNotMade", func(t *testing.T) {
		t.Parallel()
		first := openIntent(t, s, time.Hour)
		announce(t, first.Vendor)
		again := *first
		again.ID, again.HistoryID = uuid.New(), uuid.New()
		if err := s.OpenIntent(t.Context(), &again, time.Hour); !errors.Is(err, payment.ErrDuplicate) {
			t.Fatalf("got %v, want ErrDuplicate", err)
		}
		finish(t, first)
		mustLook(t, first.Vendor, 1)
	})
}

func TestQueueSync_OneWaitingLookIsEnough(t *testing.T) {
	t.Parallel()
	s := openStore(t, newDatabase(t), ourKeys(t, newKey))
	queued := func() int {
		for range 3 {
			must(t, s.QueueSync(t.Context(), payment.Toss, "uid"))
		}
		return ask[int](t, s, `SELECT count(*) FROM payments.river_job WHERE kind = 'sync_payment'`)
	}
	if n := queued(); n != 1 {
		t.Errorf("%d looks are queued, want 1", n)
	}
	ask[int](t, s, `WITH begun AS (UPDATE payments.river_job SET state = 'running', attempted_at = now() RETURNING 1) SELECT count(*) FROM begun`)
	if n := queued(); n != 2 {
		t.Errorf("%d looks are queued, want one more than has begun", n)
	}
	must(t, s.QueueSync(t.Context(), payment.Toss, "another"))
	if n := ask[int](t, s, `SELECT count(*) FROM payments.river_job WHERE kind = 'sync_payment'`); n != 3 {
		t.Errorf("%d looks are queued, want that of another payment too", n)
	}
	ask[int](t, s, `WITH failed AS (UPDATE payments.river_job SET state = 'retryable', finalized_at = NULL RETURNING 1) SELECT count(*) FROM failed`)
	if n := queued(); n != 2 {
		t.Errorf("%d looks are queued, want one in place of those that have failed, and that of another payment", n)
	}
}
