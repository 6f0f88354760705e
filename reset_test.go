package main

import (
	"strings"
	"testing"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

func TestReset(t *testing.T) {
	t.Parallel()

	t.Run("MakesTheDatabaseAnewWithSamples", func(t *testing.T) {
		t.Parallel()
		database := dbtest.New(t)
		s := newSystem(t)
		s.env = append(s.env, "DATABASE_URL="+database)
		s.mustExec(t, "start", "--daemon")
		s.mustExec(t, "reset", "local", "--yes")
		query(t, database, "UPDATE payments.payment_histories SET source_schema = 'ours' RETURNING 1")

		out := s.mustExec(t, "reset", "local", "--yes")
		if n := strings.Count(out, "refunded"); n != 3 || !strings.Contains(out, `password "sample"`) {
			t.Errorf("it lists %d samples, want 3: %s", n, out)
		}
		if left := query(t, database, "SELECT string_agg(source_schema, ' ') FROM payments.payment_histories"); left != "sample sample sample" {
			t.Errorf("records are of %q, want the samples alone", left)
		}
		if refunded := query(t, database, "SELECT sum(amount)::text FROM payments.payment_history_cancels"); refunded != "25000" {
			t.Errorf("%s were refunded, want 25000", refunded)
		}
		if !s.healthy() {
			t.Error("the API is not healthy after a reset")
		}
	})

	t.Run("EmptiesThePrivateDatabase", func(t *testing.T) {
		t.Parallel()
		dbtest.New(t)
		s := newSystem(t)
		s.mustExec(t, "start", "--daemon")
		s.mustExec(t, "reset", "local", "--yes")
		first := s.mustExec(t, "reset", "local", "--yes")
		if n := strings.Count(first, "refunded"); n != 3 {
			t.Errorf("it lists %d samples, want 3: %s", n, first)
		}
	})

	t.Run("RefusesAnotherModeAndTheRealOne", func(t *testing.T) {
		t.Parallel()
		home := t.TempDir()
		for _, args := range [][]string{{"reset", "real", "--yes"}, {"reset", "dev", "--yes"}} {
			if _, err := invoke(t, map[string]string{"PAYMENTS_HOME": home}, args...); err == nil {
				t.Errorf("%v was not refused", args)
			}
		}
		_, err := invoke(t, map[string]string{"PAYMENTS_HOME": home, "MODE": "dev", "API_ENCRYPTION_KEY": "x"}, "reset", "local", "--yes")
		if err == nil {
			t.Error("a machine in dev mode was reset as a local one")
		}
	})

	t.Run("ChangesNothingWithoutAnAnswer", func(t *testing.T) {
		t.Parallel()
		s := newSystem(t)
		if out, status := s.exec(t, "reset", "local"); status != exitFailure || !strings.Contains(out, "nothing was changed") {
			t.Errorf("it ended with %d and %s", status, out)
		}
	})
}
