package paymentstest_test

import (
	"net/url"
	"testing"

	"github.com/samchon/payments-server/api/paymentstest"
	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

// TestOpen_SharesPostgreSQL, which takes seconds to start: a server has a database of its own in the one that runs.
func TestOpen_SharesPostgreSQL(t *testing.T) {
	t.Parallel()
	one, other := database(t), database(t)
	if one.Path == other.Path {
		t.Errorf("two servers share %s", one.Path)
	}
	one.Path, other.Path = "", ""
	if *one.User != *other.User || one.Host != other.Host || one.RawQuery != other.RawQuery {
		t.Errorf("there are two of PostgreSQL: %s and %s", one.Redacted(), other.Redacted())
	}
}

func database(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(paymentstest.Open(t).DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// BenchmarkOpen says what a test pays for a server, beside the empty database that is a part of it.
func BenchmarkOpen(b *testing.B) {
	paymentstest.Open(b) // starts PostgreSQL, if it is the first
	b.Run("Server", func(b *testing.B) {
		for b.Loop() {
			paymentstest.Open(b)
		}
	})
	b.Run("DatabaseAlone", func(b *testing.B) {
		for b.Loop() {
			dbtest.New(b)
		}
	})
}
