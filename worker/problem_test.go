package worker

import (
	"context"
	"fmt"
	"testing"
)

// A request that nobody waits for is no failure of ours, and one that we have given up ourselves is.
func TestProblemOf_CancelledRequest(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("read a row: %w", context.Canceled)
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	if p := problemOf(gone, err); p.Status != 499 || p.StatusCode != 499 {
		t.Errorf("of a client who has hung up: %+v", p)
	}
	if p := problemOf(t.Context(), err); p.Status != 500 {
		t.Errorf("of one who waits: %+v", p)
	}
}
