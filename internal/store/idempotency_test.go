package store

import (
	"errors"
	"testing"
)

func TestClaimKey(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	s := openStore(t, url, ourKeys(t, newKey))
	mine, other := []byte("my request"), []byte("another request")
	claim := func(t *testing.T, operation, key string, hash []byte) *Answer {
		t.Helper()
		known, err := s.ClaimKey(t.Context(), operation, key, hash)
		must(t, err)
		return known
	}
	refused := func(t *testing.T, operation, key string, hash []byte) {
		t.Helper()
		if _, err := s.ClaimKey(t.Context(), operation, key, hash); !errors.Is(err, ErrKeyReused) {
			t.Errorf("got %v, want ErrKeyReused", err)
		}
	}
	answered := func(t *testing.T, known *Answer, body string) {
		t.Helper()
		if known == nil || known.Status != 200 || string(known.Body) != body {
			t.Errorf("got %+v, want %s", known, body)
		}
	}

	// Whether the first one is at work or has died, the database cannot tell.
	t.Run("WhileTheFirstHasNoAnswer", func(t *testing.T) {
		t.Parallel()
		for range 3 {
			if known := claim(t, "cancel", "unanswered", mine); known != nil {
				t.Errorf("got %+v", known)
			}
		}
		refused(t, "cancel", "unanswered", other)
	})
	t.Run("RepeatsTheFirstAnswer", func(t *testing.T) {
		t.Parallel()
		claim(t, "cancel", "answered", mine)
		must(t, s.KeepAnswer(t.Context(), "cancel", "answered", Answer{200, []byte("first")}))
		must(t, s.KeepAnswer(t.Context(), "cancel", "answered", Answer{200, []byte("second")}))
		answered(t, claim(t, "cancel", "answered", mine), "first")
		refused(t, "cancel", "answered", other)
		if known := claim(t, "store", "answered", other); known != nil {
			t.Errorf("of another operation: got %+v", known)
		}
	})
	t.Run("ForgetsAfterADay", func(t *testing.T) {
		t.Parallel()
		for _, key := range []string{"old", "nearly"} {
			claim(t, "cancel", key, mine)
			must(t, s.KeepAnswer(t.Context(), "cancel", key, Answer{200, []byte("yesterday's")}))
		}
		execute(t, url, `UPDATE payments.payment_idempotency_keys SET created_at = now() - interval '24 hours 1 second' WHERE key = 'old';
			UPDATE payments.payment_idempotency_keys SET created_at = now() - interval '23 hours' WHERE key = 'nearly'`)
		answered(t, claim(t, "cancel", "nearly", mine), "yesterday's")
		refused(t, "cancel", "nearly", other)
		if known := claim(t, "cancel", "old", other); known != nil {
			t.Errorf("got %+v", known)
		}
		refused(t, "cancel", "old", mine)
	})
	t.Run("DoesNotOpenAnothersAnswer", func(t *testing.T) {
		t.Parallel()
		claim(t, "cancel", "theirs", mine)
		claim(t, "cancel", "ours", mine)
		must(t, s.KeepAnswer(t.Context(), "cancel", "theirs", Answer{200, []byte("theirs")}))
		execute(t, url, `UPDATE payments.payment_idempotency_keys k SET status = t.status, body = t.body
			FROM payments.payment_idempotency_keys t WHERE k.key = 'ours' AND t.key = 'theirs'`)
		if known, err := s.ClaimKey(t.Context(), "cancel", "ours", mine); err == nil {
			t.Errorf("opened %+v", known)
		}
	})
}
