package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/uuid"
)

// letters are a dead webhook, an older one, and a pending one, of a payment that the
// original has stored.
type letters struct {
	env                map[string]string
	dead, old, pending string
}

func newLetters(t *testing.T) letters {
	t.Helper()
	l := letters{
		env:  map[string]string{"PAYMENTS_HOME": t.TempDir(), "DATABASE_URL": originalDatabase(t)},
		dead: uuid.NewString(), old: uuid.NewString(), pending: uuid.NewString(),
	}
	migrate(t, l.env)
	for id, row := range map[string]struct{ state, age string }{l.dead: {"dead", "1 hour"}, l.old: {"dead", "3 days"}, l.pending: {"pending", "1 minute"}} {
		query(t, l.env["DATABASE_URL"], fmt.Sprintf(`
			INSERT INTO payments.payment_history_webhooks (id, payment_history_id, previous, current, data, created_at, state)
			SELECT '%s', id, 'sealed', 'sealed', 'sealed', now() - interval '%s', '%s' FROM payments.payment_histories LIMIT 1; SELECT 1`,
			id, row.age, row.state))
	}
	query(t, l.env["DATABASE_URL"], fmt.Sprintf(`
		INSERT INTO payments.payment_history_webhook_responses (id, payment_history_webhook_id, status, body, created_at)
		VALUES (gen_random_uuid(), '%s', 410, 'sealed', now()); SELECT 1`, l.dead))
	return l
}

func (l letters) state(t *testing.T, id string) string {
	t.Helper()
	return query(t, l.env["DATABASE_URL"], fmt.Sprintf(`SELECT state FROM payments.payment_history_webhooks WHERE id = '%s'`, id))
}

func TestWebhooksList(t *testing.T) {
	t.Parallel()
	l := newLetters(t)
	for _, c := range []struct {
		args []string
		want []string
	}{
		{nil, []string{l.old, l.dead, l.pending}},
		{[]string{"--dead"}, []string{l.old, l.dead}},
		{[]string{"--dead", "--since", "24h"}, []string{l.dead}},
		{[]string{"--until", "24h"}, []string{l.old}},
		{[]string{"--until", "2026-01-01"}, nil},
	} {
		out, err := invoke(t, l.env, append([]string{"webhooks", "list", "--json"}, c.args...)...)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for line := range strings.Lines(out) {
			var w struct{ ID string }
			if err := json.Unmarshal([]byte(line), &w); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, w.ID)
		}
		if !slices.Equal(ids, c.want) {
			t.Errorf("list %v has %v, want %v", c.args, ids, c.want)
		}
	}

	t.Run("ShowsATableWithoutContent", func(t *testing.T) {
		out, err := invoke(t, l.env, "webhooks", "list", "--dead", "--since", "24h")
		if err != nil {
			t.Fatal(err)
		}
		fields := strings.Fields(words(out)[1])
		if len(fields) != 8 || fields[0] != l.dead || fields[2] != "dead" || fields[4] != "1" || fields[6] != "410" || fields[7] != "http://127.0.0.1:1" {
			t.Errorf("list prints\n%s", out)
		}
		if strings.Contains(out, "sealed") || strings.Contains(out, "/webhooks") {
			t.Errorf("list shows too much:\n%s", out)
		}
	})
}

func TestWebhooksRedeliver(t *testing.T) {
	t.Parallel()

	t.Run("TheNamed", func(t *testing.T) {
		t.Parallel()
		l := newLetters(t)
		out, err := invoke(t, l.env, "webhooks", "redeliver", l.dead, l.pending)
		if err == nil || !strings.Contains(err.Error(), l.pending) || strings.Contains(err.Error(), l.dead) || !strings.HasSuffix(out, ": 1\n") {
			t.Errorf("redeliver prints %q and %v, want one sent and the other's id", out, err)
		}
		if l.state(t, l.dead) != "pending" || l.state(t, l.old) != "dead" {
			t.Errorf("then they are %s and %s", l.state(t, l.dead), l.state(t, l.old))
		}
	})

	t.Run("TheDeadOfAPeriod", func(t *testing.T) {
		t.Parallel()
		l := newLetters(t)
		if out, err := invoke(t, l.env, "webhooks", "redeliver", "--dead", "--since", "24h"); err != nil || !strings.HasSuffix(out, ": 1\n") {
			t.Errorf("redeliver prints %q, %v", out, err)
		}
		if l.state(t, l.dead) != "pending" || l.state(t, l.old) != "dead" {
			t.Errorf("then they are %s and %s", l.state(t, l.dead), l.state(t, l.old))
		}
		if out, err := invoke(t, l.env, "webhooks", "redeliver", "--dead"); err != nil || !strings.HasSuffix(out, ": 1\n") {
			t.Errorf("redeliver prints %q, %v", out, err)
		}
		if l.state(t, l.old) != "pending" {
			t.Errorf("then the older one is %s", l.state(t, l.old))
		}
	})

	t.Run("RefusesWhatIsNotClear", func(t *testing.T) {
		t.Parallel()
		for _, args := range [][]string{nil, {"--dead", uuid.NewString()}, {"--since", "1h", uuid.NewString()}, {"no-id"}, {"--dead", "--since", "yesterday"}} {
			_, err := invoke(t, nil, append([]string{"webhooks", "redeliver"}, args...)...)
			if usage := new(kong.ParseError); !errors.As(err, &usage) {
				t.Errorf("redeliver %v says %v, want a usage error", args, err)
			}
		}
	})
}
