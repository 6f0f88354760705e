package courier_test

import (
	"slices"
	"testing"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/courier"
)

func TestFaults(t *testing.T) {
	t.Parallel()

	t.Run("Duplicate", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		c := open(t, courier.Options{URL: s.URL}, fault.Plan{Kind: fault.DuplicateWebhook})
		c.Send(message("a"))
		settle(t, c)
		if got, want := s.got(), []string{"a", "a"}; !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
	})

	t.Run("Reorder", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		c := open(t, courier.Options{URL: s.URL}, fault.Plan{Kind: fault.ReorderWebhook})
		c.Send(message("first"))
		settle(t, c)
		if got := s.got(); len(got) != 0 {
			t.Fatalf("received %v before there was another", got)
		}
		c.Send(message("second"))
		settle(t, c)
		if got, want := s.got(), []string{"second", "first"}; !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
	})

	t.Run("ReorderIsForgottenWithTheLog", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		c := open(t, courier.Options{URL: s.URL, Keep: 1}, fault.Plan{Kind: fault.ReorderWebhook})
		c.Send(message("forgotten"))
		other := message("other")
		other.Payment = "imp_2"
		c.Send(other)
		c.Send(message("last"))
		settle(t, c)
		if got := s.got(); slices.Contains(got, "forgotten") || len(got) != 2 {
			t.Errorf("received %v", got)
		}
	})

	t.Run("Late", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		now := clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		c := open(t, courier.Options{URL: s.URL, Clock: now},
			fault.Plan{Kind: fault.LateWebhook, Delay: clock.Duration(time.Hour)})
		c.Send(message("a"))
		now.Advance(59 * time.Minute)
		if got := s.got(); len(got) != 0 {
			t.Fatalf("received %v an hour early", got)
		}
		now.Advance(time.Minute)
		if got := s.got(); len(got) != 1 {
			t.Errorf("received %v, want one", got)
		}
	})

	t.Run("LateAndDuplicate", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		now := clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		c := open(t, courier.Options{URL: s.URL, Clock: now},
			fault.Plan{Kind: fault.LateWebhook, Delay: clock.Duration(time.Hour)},
			fault.Plan{Kind: fault.DuplicateWebhook})
		c.Send(message("a"))
		settle(t, c)
		if got := s.got(); len(got) != 0 {
			t.Fatalf("received %v before its time", got)
		}
		now.Advance(time.Hour)
		if got, want := s.got(), []string{"a", "a"}; !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
		if d := c.Log()[0]; !slices.Equal(d.Faults, []fault.Kind{fault.LateWebhook, fault.DuplicateWebhook}) {
			t.Errorf("the log tells of %v", d.Faults)
		}
	})

	t.Run("ReorderAndDuplicate", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		c := open(t, courier.Options{URL: s.URL},
			fault.Plan{Kind: fault.ReorderWebhook}, fault.Plan{Kind: fault.DuplicateWebhook})
		c.Send(message("first"))
		c.Send(message("second"))
		settle(t, c)
		if got, want := s.got(), []string{"second", "first", "first"}; !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
	})

	t.Run("Lose", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		c := open(t, courier.Options{URL: s.URL}, fault.Plan{Kind: fault.LoseWebhook})
		c.Send(message("a"))
		settle(t, c)
		if log := c.Log(); len(s.got()) != 0 || log[0].State != courier.Lost {
			t.Errorf("received %v, log %+v", s.got(), log)
		}
	})
}
