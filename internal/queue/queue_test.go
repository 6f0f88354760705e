package queue_test

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/queue"
)

// A resolver may ask on behalf of a dead sender only when the lease has ended: it
// should not have to wait for the pause after that.
func TestRetryAfter_ThirdLookIsAfterTheLease(t *testing.T) {
	t.Parallel()
	first := time.Until(queue.Resolve{}.InsertOpts().ScheduledAt)
	if third := first + queue.RetryAfter(1) + queue.RetryAfter(2); third < payment.Lease || third > 2*payment.Lease {
		t.Errorf("the third look comes after %v, the lease ends after %v", third, payment.Lease)
	}
}

// What a PG has announced is looked at even if the PG is away, or takes our keys for
// wrong ones, for as long as people need to notice.
func TestSync_OutlastsAnOutage(t *testing.T) {
	t.Parallel()
	var lasts time.Duration
	for attempt := range (queue.Sync{}).InsertOpts().MaxAttempts {
		lasts += queue.RetryAfter(attempt + 1)
	}
	if want := 14 * 24 * time.Hour; lasts < want {
		t.Errorf("given up after %v, want %v", lasts, want)
	}
}
