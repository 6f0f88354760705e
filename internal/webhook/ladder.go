package webhook

import (
	"net/http"
	"strconv"
	"time"
)

// ladder is how long each attempt waits after the one before.
type ladder []time.Duration

// threeDays is long enough for a service to be mended over a weekend.
var threeDays = ladder{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour,
	3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

// jitter spreads what failed together, by a fifth either way.
const jitter = 0.2

// patience ends every delivery: the ladder at its longest. From then on an
// attempt is made even if the host is known to be away, and it is the last.
const patience = 84*time.Hour + 30*time.Minute

// longestRetryAfter bounds what a service can ask for.
const longestRetryAfter = 24 * time.Hour

// pauseAfter returns the pause after so many failed attempts, from 1, with
// random in [0, 1). It is no shorter than what the service asked for.
func (l ladder) pauseAfter(attempts int, random float64, asked time.Duration) time.Duration {
	step := l[min(max(attempts, 1), len(l))-1]
	return max(spread(step, random), min(asked, longestRetryAfter))
}

func spread(d time.Duration, random float64) time.Duration {
	return time.Duration(float64(d) * (1 - jitter + 2*jitter*random))
}

// retryAfter reads the header of that name, in either form, from the answers
// that may have it (RFC 9110 §10.2.3): try again later.
func retryAfter(resp *http.Response, now time.Time) time.Duration {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	text := resp.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
