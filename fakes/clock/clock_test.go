package clock_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestAdvance(t *testing.T) {
	t.Parallel()

	t.Run("FiresTimersInTheOrderOfTheirTimes", func(t *testing.T) {
		t.Parallel()
		c := clock.NewStopped(start)
		var fired []string
		note := func(name string) func() { return func() { fired = append(fired, name) } }
		c.AfterFunc(2*time.Hour, note("second"))
		c.AfterFunc(time.Hour, note("first"))
		c.AfterFunc(2*time.Hour, note("third"))
		c.AfterFunc(4*time.Hour, note("never"))
		c.Advance(3 * time.Hour)
		if want := []string{"first", "second", "third"}; !slices.Equal(fired, want) {
			t.Errorf("fired %v, want %v", fired, want)
		}
		if got, want := c.Now(), start.Add(3*time.Hour); !got.Equal(want) {
			t.Errorf("Now = %v, want %v", got, want)
		}
	})

	t.Run("ShowsEachTimerItsOwnTime", func(t *testing.T) {
		t.Parallel()
		c := clock.NewStopped(start)
		var at time.Time
		c.AfterFunc(time.Minute, func() { at = c.Now() })
		c.Advance(time.Hour)
		if want := start.Add(time.Minute); !at.Equal(want) {
			t.Errorf("the timer saw %v, want %v", at, want)
		}
	})

	t.Run("FiresTimersThatTimersSet", func(t *testing.T) {
		t.Parallel()
		c := clock.NewStopped(start)
		rungs := 0
		var climb func()
		climb = func() {
			rungs++
			c.AfterFunc(time.Minute, climb)
		}
		c.AfterFunc(time.Minute, climb)
		c.Advance(72 * time.Hour)
		if want := 72 * 60; rungs != want {
			t.Errorf("climbed %d rungs, want %d", rungs, want)
		}
	})

	t.Run("MovesARunningClock", func(t *testing.T) {
		t.Parallel()
		c := clock.New()
		fired := false
		c.AfterFunc(time.Hour, func() { fired = true })
		c.Advance(2 * time.Hour)
		if !fired {
			t.Error("the timer did not fire")
		}
		if ahead := time.Until(c.Now()); ahead < 119*time.Minute {
			t.Errorf("the clock is ahead by %v, want two hours", ahead)
		}
	})
}

func TestTimer(t *testing.T) {
	t.Parallel()

	t.Run("FiresInRealTimeWhileTheClockRuns", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := clock.New()
			began := time.Now()
			fired := make(chan time.Duration)
			c.AfterFunc(time.Hour, func() { fired <- time.Since(began) })
			if after := <-fired; after != time.Hour {
				t.Errorf("fired after %v, want 1h", after)
			}
		})
	})

	t.Run("StandsStillWhileTheClockIsStopped", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := clock.New()
			fired := make(chan time.Time, 1)
			c.AfterFunc(time.Hour, func() { fired <- time.Now() })
			c.Stop()
			time.Sleep(24 * time.Hour) // of the bubble's time: it passes at once
			c.Start()
			resumed := time.Now()
			if after := (<-fired).Sub(resumed); after != time.Hour {
				t.Errorf("fired %v after the clock ran again, want 1h", after)
			}
		})
	})

	t.Run("DoesNotFireOnceStopped", func(t *testing.T) {
		t.Parallel()
		c := clock.NewStopped(start)
		timer := c.AfterFunc(time.Minute, func() { t.Error("a stopped timer fired") })
		if !timer.Stop() {
			t.Error("Stop of a waiting timer = false")
		}
		if timer.Stop() {
			t.Error("Stop of a stopped timer = true")
		}
		c.Advance(time.Hour)
	})

	t.Run("DoesNotHoldUpAnotherThatIsDue", func(t *testing.T) {
		t.Parallel()
		c := clock.New()
		release := make(chan struct{})
		done := make(chan struct{})
		c.AfterFunc(0, func() { <-release; close(done) })
		c.AfterFunc(0, func() { close(release) })
		<-done // the first timer ends only after the second has fired
	})
}

func TestSleep(t *testing.T) {
	t.Parallel()

	t.Run("EndsWhenTheClockHasMoved", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := clock.NewStopped(start)
			slept := make(chan error)
			go func() { slept <- c.Sleep(t.Context(), time.Hour) }()
			synctest.Wait() // it sleeps
			c.Advance(time.Hour)
			if err := <-slept; err != nil {
				t.Error(err)
			}
		})
	})

	t.Run("EndsWithItsContext", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := clock.NewStopped(start).Sleep(ctx, time.Hour)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Sleep = %v, want context.Canceled", err)
		}
	})
}

func TestDuration_IsTextInJSON(t *testing.T) {
	t.Parallel()
	var d clock.Duration
	if err := d.UnmarshalText([]byte("1m30s")); err != nil || time.Duration(d) != 90*time.Second {
		t.Errorf("read %v, %v; want 1m30s", d, err)
	}
	if err := d.UnmarshalText([]byte("soon")); err == nil {
		t.Error("read \"soon\" as a duration")
	}
}
