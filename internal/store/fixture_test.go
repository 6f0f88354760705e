package store

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/internal/seal"
)

// sample are the keys and IVs of the original's sample .env.
var sample = map[seal.Kind][2]string{
	seal.History:     {"MTlsOESZ6geZTjeaubOdR71tobe0KqE7", "7BqAGp1HPY9Ox66w"},
	seal.Reservation: {"0OrB5XVgkYpoybWeGIUkattMb4lTLQgz", "ESgYCYV10Iy6qd1y"},
	seal.Cancel:      {"aU3y0PTXraB2SEYj1ACwtTYKxiYBvH4g", "fro2JXImhmbDtDNx"},
	seal.Webhook:     {"XiegodyYLvyIkE2OMSVjN5wMCyQGxTIz", "kL5zIQGL72eeqNmN"},
}

const (
	newKey   = "new-key-new-key-new-key-new-key-"
	otherKey = "other-key-other-key-other-key-ot"
)

// originalKeys open what the original wrote, and seal with newer where it is given.
func originalKeys(t *testing.T, newer ...string) Keys {
	t.Helper()
	return mustKeys(t, func(kind seal.Kind) seal.Config {
		legacy := seal.LegacyPlain
		if kind != seal.Webhook {
			cbc, err := seal.LegacyCBC(sample[kind][0], sample[kind][1])
			must(t, err)
			legacy = cbc
		}
		return seal.Config{Kind: kind, Keys: append(newer, sample[kind][0]), Legacy: legacy}
	})
}

// ourKeys open only what is sealed under one of them.
func ourKeys(t *testing.T, keys ...string) Keys {
	t.Helper()
	return mustKeys(t, func(kind seal.Kind) seal.Config { return seal.Config{Kind: kind, Keys: keys} })
}

func mustKeys(t *testing.T, config func(seal.Kind) seal.Config) Keys {
	t.Helper()
	ring := func(kind seal.Kind) *seal.Keyring {
		made, err := seal.NewKeyring(config(kind))
		must(t, err)
		return made
	}
	return Keys{History: ring(seal.History), Reservation: ring(seal.Reservation), Cancel: ring(seal.Cancel),
		Webhook: ring(seal.Webhook)}
}

// newDatabase has this build's schema and nothing in it.
func newDatabase(t *testing.T) (url string) {
	t.Helper()
	url = dbtest.New(t)
	must(t, Migrate(t.Context(), url))
	return url
}

// The index on the cancels in the original's versions.
const (
	cancels4  = `CREATE INDEX payment_history_cancels_payment_history_id_idx ON payment_history_cancels (payment_history_id)`
	cancels10 = `CREATE UNIQUE INDEX payment_history_cancels_payment_history_id_amount_reason_cr_key ON payment_history_cancels (payment_history_id, amount, reason, created_at)`
)

// originalDatabase is one that the original has used, and nobody has migrated.
func originalDatabase(t *testing.T, cancelIndex string) (url string) {
	t.Helper()
	script, err := os.ReadFile("testdata/original.sql")
	must(t, err)
	url = dbtest.New(t)
	execute(t, url, string(script)+cancelIndex)
	return url
}

func openStore(t *testing.T, url string, keys Keys) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, keys)
	must(t, err)
	t.Cleanup(s.Close)
	return s
}

func execute(t *testing.T, url, script string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.PgConn().Exec(t.Context(), script).ReadAll()
	must(t, err)
}

func ask[T any](t *testing.T, s *Store, query string, args ...any) (answer T) {
	t.Helper()
	must(t, s.pool.QueryRow(t.Context(), query, args...).Scan(&answer))
	return answer
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
