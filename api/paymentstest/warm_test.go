//go:build !race

package paymentstest_test

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/api/paymentstest"
)

// TestOpen_TakesLessThanASecond when PostgreSQL runs already. Once is enough within
// a minute, so that a busy machine does not decide; the race detector would.
func TestOpen_TakesLessThanASecond(t *testing.T) {
	t.Parallel()
	paymentstest.Open(t) // starts PostgreSQL, if it is the first
	quickest := time.Minute
	for end := time.Now().Add(time.Minute); quickest > time.Second && time.Now().Before(end); {
		began := time.Now()
		paymentstest.Open(t)
		quickest = min(quickest, time.Since(began))
	}
	t.Logf("opens in %v", quickest.Round(time.Millisecond))
	if quickest > time.Second {
		t.Errorf("it takes %v to open", quickest)
	}
}
