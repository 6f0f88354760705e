package worker_test

import (
	"testing"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// Releases before schema 5 have queued webhooks by jobs alone.
func TestAdopter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stored := w.stranded()
	w.sql(`INSERT INTO payments.river_job (kind, queue, args, max_attempts)
		SELECT 'deliver_webhook', 'webhooks', jsonb_build_object('webhook', id), 1000 FROM payments.payment_history_webhooks`)
	eventually(t, "the webhook", func() bool { return len(w.service.heardOf(stored)) == 1 })
	eventually(t, "the end of its job", func() bool {
		return w.count(`SELECT count(*) FROM payments.river_job WHERE kind = 'deliver_webhook' AND state = 'completed'`) == 1
	})
}

func TestTidier_StartsWebhooksThatAreDueAtNoTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stored := w.stranded()
	w.sql(`INSERT INTO payments.river_job (kind, queue, args, max_attempts) VALUES ('tidy', 'default', '{}', 1)`)
	eventually(t, "the webhook", func() bool { return len(w.service.heardOf(stored)) == 1 })
}

// stranded returns the id of a record whose webhook is due at no time.
func (w *world) stranded() string {
	w.t.Helper()
	source := w.source()
	in := w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 1000)
	in.WebhookURL = "http://127.0.0.1:1/" // nobody takes them there
	stored := w.mustStore(in)
	var out seen
	if p := w.call("PUT", "/histories/cancel", api.CancelHistory{Source: source, Password: somePassword, Price: money.New(400), Reason: "r"}, &out); p != nil {
		w.t.Fatal(p)
	}
	eventually(w.t, "the first attempt", func() bool {
		return w.count(`SELECT count(*) FROM payments.payment_history_webhook_responses`) > 0
	})
	w.sql(`UPDATE payments.payment_histories SET webhook_url = '` + w.service.url + `'`)
	w.sql(`UPDATE payments.payment_history_webhooks SET due_at = NULL`)
	return stored.ID
}
