package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/webhook"
)

func TestUnfinishedWebhooks(t *testing.T) {
	t.Parallel()
	url := originalDatabaseMigrated(t)
	s := openStore(t, url, Keys{}) // what is listed needs no key
	insert := func(state webhook.State, made string) uuid.UUID {
		id := uuid.New()
		execute(t, url, fmt.Sprintf(`INSERT INTO payments.payment_history_webhooks (id, payment_history_id, previous, current, data, created_at, state)
			VALUES ('%s', '%s', 'p', 'c', 'd', '%s', '%s')`, id, cancelled, made, state))
		return id
	}
	second, first := insert(webhook.Dead, "2026-01-02"), insert(webhook.Dead, "2026-01-01")
	pending := insert(webhook.Pending, "2026-01-03")
	execute(t, url, fmt.Sprintf(`INSERT INTO payments.payment_history_webhook_responses (id, payment_history_webhook_id, status, created_at)
		VALUES (gen_random_uuid(), '%[1]s', 500, '2026-01-02'), (gen_random_uuid(), '%[1]s', 410, '2026-01-03')`, first))

	list := func(t *testing.T, since, until string, states ...webhook.State) (found []Unfinished) {
		t.Helper()
		for w, err := range s.UnfinishedWebhooks(t.Context(), day(t, since), day(t, until), states...) {
			must(t, err)
			found = append(found, w)
		}
		return found
	}
	for _, c := range []struct {
		name, since, until string
		states             []webhook.State
		want               []uuid.UUID
	}{
		{"OldestFirst", "2000-01-01", "2100-01-01", []webhook.State{webhook.Pending, webhook.Dead},
			[]uuid.UUID{first, second, pending}},
		{"OfAState", "2000-01-01", "2100-01-01", []webhook.State{webhook.Dead}, []uuid.UUID{first, second}},
		{"OfAPeriod", "2026-01-02", "2026-01-03", []webhook.State{webhook.Pending, webhook.Dead}, []uuid.UUID{second}},
		{"NeverDeliveredOnes", "2000-01-01", "2100-01-01", []webhook.State{webhook.Delivered}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ids []uuid.UUID
			for _, w := range list(t, c.since, c.until, c.states...) {
				ids = append(ids, w.ID)
			}
			if !slices.Equal(ids, c.want) {
				t.Errorf("listed %v, want %v", ids, c.want)
			}
		})
	}

	t.Run("TellsAttemptsAndTheLastAnswer", func(t *testing.T) {
		found := list(t, "2026-01-01", "2026-01-03", webhook.Dead)
		if w := found[0]; w.Attempts != 2 || w.LastStatus == nil || *w.LastStatus != 410 ||
			!w.LastAttempt.Equal(day(t, "2026-01-03")) || w.Service != "http://127.0.0.1:1" {
			t.Errorf("listed %+v", w)
		}
		if w := found[1]; w.Attempts != 0 || w.LastStatus != nil || w.LastAttempt != nil {
			t.Errorf("listed one never tried as %+v", w)
		}
	})

	t.Run("GoesThroughManyPages", func(t *testing.T) {
		execute(t, url, fmt.Sprintf(`INSERT INTO payments.payment_history_webhooks (id, payment_history_id, previous, current, data, created_at, state)
			SELECT gen_random_uuid(), '%s', 'p', 'c', 'd', '2027-01-01', 'dead' FROM generate_series(1, %d)`, cancelled, 2*unfinishedPage))
		if n := len(list(t, "2027-01-01", "2027-01-02", webhook.Dead)); n != 2*unfinishedPage {
			t.Errorf("listed %d, want %d", n, 2*unfinishedPage)
		}
	})
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	must(t, err)
	return at
}
