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
