package store

import (
	"fmt"
	"testing"

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
