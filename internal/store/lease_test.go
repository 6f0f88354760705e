package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/internal/payment"
)

func openIntent(t *testing.T, s *Store, lease time.Duration) *payment.Intent {
	t.Helper()
	i := &payment.Intent{
		ID: uuid.New(), Kind: payment.IntentCapture, State: payment.StateSending, HistoryID: uuid.New(), CreatedAt: time.Now(),
		Source:  payment.Source{Schema: "shop", Table: "orders", ID: uuid.NewString()},
		Vendor:  payment.Vendor{Code: payment.Toss, StoreID: "s", UID: uuid.NewString()},
		Request: payment.IntentRequest{Amount: money.New(1000)},
	}
	must(t, s.OpenIntent(t.Context(), i, lease))
	return i
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
