package store

import (
	"strings"
	"testing"
	"time"

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

	if err := Migrate(t.Context(), url); err == nil || !strings.Contains(err.Error(), "a transaction has been in its way for more than 3s") {
		t.Errorf("while a report is read it says %v", err)
	}
	_, err = report.Exec(t.Context(), "SELECT FROM payments.payment_history_cancels") // nothing is left that it would wait behind
	must(t, err)
	must(t, report.Commit(t.Context()))
	must(t, Migrate(t.Context(), url))
}

// An index takes as long as its table is large. Those who write to it do not wait for that, and a build that was
// interrupted is done again.
func TestMigrate_BuildsIndexesBesideWriters(t *testing.T) {
	t.Parallel()
	url := originalDatabase(t, cancels10)
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(t.Context())
	report, err := conn.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	must(t, err)
	_, err = report.Exec(t.Context(), "SELECT 1") // what is built must hold what this sees, so it waits
	must(t, err)

	migrated := make(chan error, 1)
	go func() { migrated <- Migrate(t.Context(), url) }()
	writer, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer writer.Close(t.Context())
	const unfinished = `SELECT count(*) FROM pg_index WHERE NOT indisvalid`
	for n := 0; n == 0; {
		select {
		case err := <-migrated:
			t.Fatalf("it has ended without an index that waits: %v", err)
		case <-time.After(10 * time.Millisecond):
			must(t, writer.QueryRow(t.Context(), unfinished).Scan(&n))
		}
	}
	_, err = writer.Exec(t.Context(), `SET lock_timeout = '1s'; UPDATE payments.payment_history_webhooks SET created_at = created_at`)
	must(t, err)
	if err := <-migrated; err == nil || !strings.Contains(err.Error(), "a transaction has been in its way for more than 3s") {
		t.Errorf("while a report is read it says %v", err)
	}
	must(t, report.Rollback(t.Context()))
	must(t, Migrate(t.Context(), url))
	n := 0
	if must(t, writer.QueryRow(t.Context(), unfinished).Scan(&n)); n > 0 {
		t.Errorf("%d indexes are not valid", n)
	}
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
