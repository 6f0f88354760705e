package worker

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/supervisor/handover"
)

// TestBudgets_LetARequestThatMovesMoneyFinish holds for whatever ends a worker in an orderly way. What ends it otherwise
// leaves an intent, which TestCrashMatrix kills workers over.
func TestBudgets_LetARequestThatMovesMoneyFinish(t *testing.T) {
	t.Parallel()
	const answer = 5 * time.Second // to let go of the intent and to answer
	for name, budget := range map[string]time.Duration{
		"handover.stop":            config.NewLocal().Handover.Stop,
		"handover.drain":           config.NewLocal().Handover.Drain,
		"an orphan's (LastBudget)": handover.LastBudget,
	} {
		if least := payment.Lease + answer; budget < least {
			t.Errorf("%s is %s, less than the %s of a request to a PG", name, budget, least)
		}
	}
}
