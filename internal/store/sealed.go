package store

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/seal"
)

// column is one sealed column, for whoever goes through all of them. sqlc knows no
// statement that is told its table, so those of a column are made here, of the
// names below and nothing else.
type column struct {
	table, name string
	key         []string // the primary key
	first       []string // is below every key there is
	ring        *seal.Keyring
	// plain says that the original kept any text here, as it came.
	plain bool
}

func (s *Store) sealedColumns() []column {
	byID := func(table, name string, ring *seal.Keyring) column {
		return column{table: table, name: name, key: []string{"id"}, first: []string{uuid.Nil.String()}, ring: ring}
	}
	answers := byID("payment_history_webhook_responses", "body", s.keys.Webhook)
	answers.plain = true
	return []column{
		byID("payment_histories", "data", s.keys.History),
		byID("payment_reservations", "data", s.keys.Reservation),
		byID("payment_history_cancels", "data", s.keys.Cancel),
		byID("payment_history_webhooks", "previous", s.keys.Webhook),
		byID("payment_history_webhooks", "current", s.keys.Webhook),
		byID("payment_history_webhooks", "data", s.keys.Webhook),
		answers,
		byID("payment_intents", "request", s.keys.History),
		{table: "payment_idempotency_keys", name: "body", key: []string{"operation", "key"}, first: []string{"", ""},
			ring: s.keys.History},
	}
}

func (c column) place(key []string) seal.AD {
	return seal.AD{Table: c.table, Column: c.name, Row: strings.Join(key, " ")}
}

func (c column) open(text string, place seal.AD) (plain []byte, ok bool) {
	if c.plain && !seal.IsSealed(text) {
		return []byte(text), true
	}
	plain, err := c.ring.Open(text, place)
	return plain, err == nil
}

// pageSQL reads the values that follow a key, and their keys.
func (c column) pageSQL() string {
	return fmt.Sprintf("SELECT %[1]s, %[2]s::text FROM payments.%[3]s WHERE %[1]s IS NOT NULL AND (%[4]s) > (%[5]s) ORDER BY %[4]s LIMIT %[6]d",
		c.name, strings.Join(c.key, "::text, "), c.table, c.keys(), c.parameters(1), resealPage)
}

// countable is how many rows are counted: far fewer than a statement has time for.
const countable = 100_000

// estimateSQL is how many values there are, by PostgreSQL's statistics of a large table; those of a small one, and of one
// without statistics, are counted as far as they are countable.
func (c column) estimateSQL() string {
	return fmt.Sprintf(`SELECT CASE WHEN reltuples > %[3]d THEN reltuples::bigint
		ELSE (SELECT count(*) FROM (SELECT FROM payments.%[2]s WHERE %[1]s IS NOT NULL LIMIT %[3]d) counted) END
		FROM pg_class WHERE oid = 'payments.%[2]s'::regclass`, c.name, c.table, countable)
}

// rowSQL reads the value of a key.
func (c column) rowSQL() string {
	return fmt.Sprintf("SELECT %[1]s FROM payments.%[2]s WHERE %[1]s IS NOT NULL AND (%[3]s) = (%[4]s)",
		c.name, c.table, c.keys(), c.parameters(1))
}

// swapSQL replaces $1 by $2 where it is the value of a key.
func (c column) swapSQL() string {
	return fmt.Sprintf("UPDATE payments.%[2]s SET %[1]s = $2 WHERE %[1]s = $1 AND (%[3]s) = (%[4]s)",
		c.name, c.table, c.keys(), c.parameters(3))
}

func (c column) keys() string { return strings.Join(c.key, ", ") }

// parameters stand for a key, from $n on.
func (c column) parameters(n int) string {
	list := make([]string, len(c.key))
	for i := range list {
		list[i] = fmt.Sprintf("$%d", n+i)
	}
	return strings.Join(list, ", ")
}

func anys(texts []string) []any {
	list := make([]any, len(texts))
	for i, t := range texts {
		list[i] = t
	}
	return list
}
