package webhook

import (
	"net/http"
	"testing"
	"time"
)

func TestLadder(t *testing.T) {
	t.Parallel()
	t.Run("LastsAboutThreeDays", func(t *testing.T) {
		t.Parallel()
		var shortest, longest time.Duration
		for attempt := range threeDays {
			shortest += threeDays.pauseAfter(attempt+1, 0, 0)
			longest += threeDays.pauseAfter(attempt+1, 1, 0)
		}
		if shortest < 56*time.Hour || longest > patience || longest > 4*24*time.Hour {
			t.Errorf("from %s to %s, patience is %s", shortest, longest, patience)
		}
	})

	t.Run("SpreadsByAFifth", func(t *testing.T) {
		t.Parallel()
		for random, want := range map[float64]time.Duration{0: 4 * time.Second, 0.5: 5 * time.Second, 1: 6 * time.Second} {
			if got := threeDays.pauseAfter(1, random, 0); got.Round(time.Millisecond) != want {
				t.Errorf("pause is %s at random %v, want %s", got, random, want)
			}
		}
	})

	t.Run("IsNoShorterThanWasAskedFor", func(t *testing.T) {
		t.Parallel()
		for asked, want := range map[time.Duration]time.Duration{
			time.Second:          5 * time.Second,
			time.Minute:          time.Minute,
			30 * 24 * time.Hour:  24 * time.Hour,
			-30 * 24 * time.Hour: 5 * time.Second,
		} {
			if got := threeDays.pauseAfter(1, 0.5, asked); got.Round(time.Millisecond) != want {
				t.Errorf("pause is %s where %s was asked for, want %s", got, asked, want)
			}
		}
	})

	t.Run("HasARungForAnyAttempt", func(t *testing.T) {
		t.Parallel()
		for attempt, want := range map[int]time.Duration{0: 5 * time.Second, 10: 24 * time.Hour, 1000: 24 * time.Hour} {
			if got := threeDays.pauseAfter(attempt, 0.5, 0); got.Round(time.Millisecond) != want {
				t.Errorf("pause after %d attempts is %s, want %s", attempt, got, want)
			}
		}
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, header string
		status       int
		want         time.Duration
	}{
		{"Seconds", "120", 503, 2 * time.Minute},
		{"Date", "Sun, 22 Nov 2026 18:01:00 GMT", 429, time.Minute},
		{"PastDate", "Sun, 22 Nov 2026 17:00:00 GMT", 429, 0},
		{"None", "", 503, 0},
		{"Nonsense", "soon", 503, 0},
		{"Negative", "-5", 503, 0},
		{"Endless", "99999999999999999999", 503, 0},
		{"NotOfA500", "120", 500, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			resp := &http.Response{StatusCode: tc.status, Header: http.Header{"Retry-After": {tc.header}}}
			if got := retryAfter(resp, now); got != tc.want {
				t.Errorf("retryAfter = %s, want %s", got, tc.want)
			}
		})
	}
}
