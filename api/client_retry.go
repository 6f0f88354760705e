package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	// maxAttempts at one call, the first included.
	maxAttempts = 6
	// firstPause doubles with every attempt.
	firstPause = 200 * time.Millisecond
	// maxRetryAfter is what a caller is made to wait for; whom the server sends
	// away for longer is told so.
	maxRetryAfter = 5 * time.Second
)

// pause waits until the call may be sent again, or returns the error that ends it.
func pause(ctx context.Context, attempt int, failed error) error {
	var p *Problem
	answered := errors.As(failed, &p)
	if ctx.Err() != nil || attempt == maxAttempts || answered && (!p.temporary() || p.RetryAfter > maxRetryAfter) {
		return failed
	}
	wait := backoff(attempt)
	if answered {
		wait += p.RetryAfter
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w, before it could be sent again after: %w", context.Cause(ctx), failed)
	}
}

// backoff keeps clients that failed together from coming back together.
func backoff(attempt int) time.Duration {
	longest := firstPause << (attempt - 1)
	return longest/2 + rand.N(longest/2)
}

// temporary reports whether the same request may be answered otherwise in a while.
func (p *Problem) temporary() bool {
	switch p.Code {
	case CodePGOutcomeUnknown, CodePGUnavailable, CodeDatabaseUnavailable, CodeInProgress, CodeTooManyAttempts:
		return true
	case "": // of something between us and the server
		switch p.Status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
	}
	return false
}

// readProblem reads a refusal, which is a problem of ours, an error of the
// original server, or anything that a proxy says.
func readProblem(response *http.Response, body []byte) *Problem {
	p := &Problem{}
	if json.Unmarshal(body, p) != nil {
		p = &Problem{}
	}
	p.Status = response.StatusCode
	p.Detail = cmp.Or(p.Detail, p.Message, http.StatusText(p.Status))
	p.RetryAfter = readRetryAfter(response.Header.Get("Retry-After"))
	return p
}

// readRetryAfter reads both forms of the header, RFC 9110 section 10.2.3.
func readRetryAfter(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
