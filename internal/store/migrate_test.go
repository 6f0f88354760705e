package store

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestMigrate_GivesUpWhereItWouldStopTheOthers(t *testing.T) {
	t.Parallel()
	url := originalDatabase(t, cancels10)
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(t.Context())
	report, err := conn.Begin(t.Context())
	must(t, err)
	_, err = report.Exec(t.Context(), "SELECT FROM payments.payment_histories")
	must(t, err)

	if err := Migrate(t.Context(), url); err == nil || !strings.Contains(err.Error(), "a transaction has held a table for more than 3s") {
		t.Errorf("while a report is read it says %v", err)
	}
	_, err = report.Exec(t.Context(), "SELECT FROM payments.payment_history_cancels") // nothing is left that it would wait behind
	must(t, err)
	must(t, report.Commit(t.Context()))
	must(t, Migrate(t.Context(), url))
}

// Each row of a job is written several times, and nobody looks into its content.
func TestMigrate_LeavesJobsWithoutSearchIndexes(t *testing.T) {
	t.Parallel()
	s := openStore(t, newDatabase(t), ourKeys(t, newKey))
	const search = `SELECT count(*) FROM pg_indexes WHERE tablename = 'river_job' AND indexdef LIKE '%USING gin%'`
	if n := ask[int](t, s, search); n != 0 {
		t.Errorf("it has %d", n)
	}
	const all = `SELECT count(*) FROM pg_indexes WHERE tablename = 'river_job'`
	if n := ask[int](t, s, all); n == 0 {
		t.Error("it has none at all")
	}
}
