package iamport_test

import (
	"errors"
	"testing"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/iamport"
)

func TestStore(t *testing.T) {
	t.Parallel()

	t.Run("KeepsTheNewestPayments", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Keep: 1})
		first, second := f.payByCard(1), f.payByCard(2)
		if _, err := f.client.GetPayment(t.Context(), first.ImpUID); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("the first: %v, want ErrNotFound", err)
		}
		f.read(second.ImpUID)
	})

	t.Run("KeepsPaymentsForAWhile", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{KeepFor: time.Hour})
		first := f.payByCard(1)
		f.Clock().Advance(time.Hour)
		f.payByCard(2)
		if _, err := f.client.GetPayment(t.Context(), first.ImpUID); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})

	t.Run("IsEmptyAfterReset", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(1)
		f.Reset()
		if _, err := f.client.GetPayment(t.Context(), p.ImpUID); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestClock_MayBeShared(t *testing.T) {
	t.Parallel()
	shared := clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	a, b := start(t, iamport.Options{Clock: shared}), start(t, iamport.Options{Clock: shared})
	p, q := a.openVBank(1, time.Hour), b.openVBank(1, time.Hour)
	shared.Advance(time.Hour)
	if a.read(p.ImpUID).Status != api.StatusFailed || b.read(q.ImpUID).Status != api.StatusFailed {
		t.Error("one of two virtual accounts is still open")
	}
}
