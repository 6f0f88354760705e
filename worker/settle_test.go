package worker_test

import (
	"fmt"
	"time"
)

// settle waits for the workers to finish what is left, and nudges them: River
// would wait longer between attempts, and before it rescues a dead worker's jobs.
func (w *world) settle(nudge func(), every time.Duration) {
	w.t.Helper()
	deadline := time.After(2 * patience)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for left := w.unsettled(); left != ""; left = w.unsettled() {
		nudge()
		select {
		case <-tick.C:
		case <-deadline:
			w.t.Fatalf("not settled after %v: %s", 2*patience, left)
		}
	}
}

// unsettled says what is left to do.
func (w *world) unsettled() string {
	underway := 0
	for _, hook := range append(w.fakeIamport.Webhooks(), w.fakeToss.Webhooks()...) {
		if hook.State != "delivered" {
			underway++
		}
	}
	left := w.count(`SELECT (SELECT count(*) FROM payments.payment_intents WHERE state IN ('sending', 'undoing'))
		+ (SELECT count(*) FROM payments.payment_history_webhooks WHERE state = 'pending')
		+ (SELECT count(*) FROM payments.river_job WHERE kind IN ('resolve_intent', 'sync_payment') AND finalized_at IS NULL)`)
	if left+underway > 0 {
		return fmt.Sprintf("%d intents, webhooks and jobs of ours, %d webhooks of the PGs", left, underway)
	}
	return ""
}

// unfinishedJobs counts what the workers have yet to do.
func (w *world) unfinishedJobs() int {
	return w.count(`SELECT count(*) FROM payments.river_job
		WHERE kind IN ('resolve_intent', 'sync_payment') AND finalized_at IS NULL`)
}

func (w *world) openIntents() int {
	return w.count(`SELECT count(*) FROM payments.payment_intents WHERE state IN ('sending', 'undoing')`)
}

// rescue gives the jobs of a dead worker to the next, as River does by itself after
// two minutes, and its webhooks, whose leases end after one, and lets those that wait
// for their time run now.
func (w *world) rescue() {
	w.sql(`UPDATE payments.payment_history_webhooks SET due_at = now() WHERE state = 'pending' AND due_at > now()`)
	w.sql(`UPDATE payments.river_job SET state = 'available', attempted_at = NULL WHERE state = 'running'`)
	w.hurry()
}

// hurry lets the jobs that wait for their time run now.
func (w *world) hurry() {
	w.sql(`UPDATE payments.river_job SET state = 'available', scheduled_at = now() WHERE state IN ('retryable', 'scheduled')`)
}

// intentsSettle waits until no intent is open. The resolvers need not wait for
// their time, but for the leases of the dead.
func (w *world) intentsSettle() {
	w.t.Helper()
	eventually(w.t, "every intent settled", func() bool {
		w.hurry()
		return w.openIntents() == 0
	})
}
