package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/internal/payment"
)

// openIntent opens a capture of an order, and of a payment of its own or a given one.
func openIntent(t *testing.T, s *Store, lease time.Duration, of ...payment.Vendor) *payment.Intent {
	t.Helper()
	vendor := payment.Vendor{Code: payment.Toss, StoreID: "s", UID: uuid.NewString()}
	if len(of) > 0 {
		vendor = of[0]
	}
	i := &payment.Intent{
		ID: uuid.New(), Kind: payment.IntentCapture, State: payment.StateSending, HistoryID: uuid.New(), CreatedAt: time.Now(),
		Source:  payment.Source{Schema: "shop", Table: "orders", ID: uuid.NewString()},
		Vendor:  vendor,
		Request: payment.IntentRequest{Amount: money.New(1000)},
	}
	must(t, s.OpenIntent(t.Context(), i, lease))
	return i
}

// captured is what a PG that approves makes of an intent.
func captured(i *payment.Intent) *payment.History {
	return &payment.History{
		ID: i.HistoryID, Vendor: i.Vendor, Source: i.Source, Currency: "KRW", Price: i.Request.Amount,
		WebhookURL: "http://127.0.0.1:1", PasswordHash: "hash", Data: []byte(`{}`), CreatedAt: time.Now(),
	}
}

func TestLease(t *testing.T) {
	t.Parallel()
	s := openStore(t, newDatabase(t), ourKeys(t, newKey))
	hold := func(t *testing.T, id uuid.UUID, lease time.Duration) *payment.Intent {
		t.Helper()
		i, err := s.HoldIntent(t.Context(), id, lease)
		must(t, err)
		return i
	}
	held := func(t *testing.T, id uuid.UUID) {
		t.Helper()
		if _, err := s.HoldIntent(t.Context(), id, time.Hour); !errors.Is(err, payment.ErrHeld) {
			t.Errorf("got %v, want ErrHeld", err)
		}
	}

	t.Run("IsOneSendersUntilItEnds", func(t *testing.T) {
		t.Parallel()
		held(t, openIntent(t, s, time.Hour).ID)
		mine := hold(t, openIntent(t, s, 0).ID, time.Hour)
		held(t, mine.ID)
		if mine.Doubt {
			t.Error("in doubt, although the lease before had ended")
		}
	})
	t.Run("UnansweredLeavesDoubt", func(t *testing.T) {
		t.Parallel()
		first := openIntent(t, s, time.Hour)
		must(t, s.ReleaseIntent(t.Context(), first, true))
		second := hold(t, first.ID, time.Hour)
		must(t, s.ReleaseIntent(t.Context(), second, false))
		if third := hold(t, first.ID, time.Hour); !second.Doubt || !third.Doubt {
			t.Errorf("doubt of the second %v and of the third %v, want both", second.Doubt, third.Doubt)
		}
	})
	t.Run("AnsweredLeavesNone", func(t *testing.T) {
		t.Parallel()
		first := openIntent(t, s, time.Hour)
		must(t, s.ReleaseIntent(t.Context(), first, false))
		if hold(t, first.ID, time.Hour).Doubt {
			t.Error("in doubt")
		}
	})
	t.Run("IsNotEndedByItsPredecessor", func(t *testing.T) {
		t.Parallel()
		first := openIntent(t, s, 0)
		second := hold(t, first.ID, time.Hour)
		must(t, s.ReleaseIntent(t.Context(), first, true))
		held(t, second.ID)
	})
	t.Run("OfASettledIntentIsNobodys", func(t *testing.T) {
		t.Parallel()
		i := openIntent(t, s, 0)
		must(t, s.MoveIntent(t.Context(), i.ID, payment.StateDeclined, "no"))
		held(t, i.ID)
	})
}

func TestUndo(t *testing.T) {
	t.Parallel()
	s := openStore(t, newDatabase(t), ourKeys(t, newKey))
	// Two requests for one payment, of which the first is in doubt: its refusal may be outweighed.
	two := func(t *testing.T) (first, second *payment.Intent, h *payment.History) {
		t.Helper()
		first = openIntent(t, s, 0)
		must(t, s.MoveIntent(t.Context(), first.ID, payment.StateDeclined, "no"))
		second = openIntent(t, s, 0, first.Vendor)
		return first, second, captured(first)
	}
	t.Run("IsNotOfARecordedPayment", func(t *testing.T) {
		t.Parallel()
		first, second, h := two(t)
		must(t, s.FinishCapture(t.Context(), first.ID, h, nil))
		if err := s.BeginUndo(t.Context(), second, payment.CodeOrderMismatch); !errors.Is(err, payment.ErrDuplicate) {
			t.Errorf("got %v, want ErrDuplicate", err)
		}
	})
	t.Run("LeavesNothingToRecord", func(t *testing.T) {
		t.Parallel()
		first, second, h := two(t)
		must(t, s.BeginUndo(t.Context(), second, payment.CodeOrderMismatch))
		if err := s.FinishCapture(t.Context(), first.ID, h, nil); !errors.Is(err, payment.ErrDuplicate) {
			t.Errorf("got %v, want ErrDuplicate", err)
		}
	})
	t.Run("IsNeverDeclined", func(t *testing.T) {
		t.Parallel()
		_, second, _ := two(t)
		must(t, s.BeginUndo(t.Context(), second, payment.CodeOrderMismatch))
		must(t, s.MoveIntent(t.Context(), second.ID, payment.StateDeclined, "a straggler's word"))
		still, err := s.Intent(t.Context(), second.ID)
		must(t, err)
		if still.State != payment.StateUndoing {
			t.Errorf("it is %s, and the money is still at the PG", still.State)
		}
	})
}
