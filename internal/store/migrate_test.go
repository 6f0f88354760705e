package store

import (
	"fmt"
	"slices"
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

// After two undone updates in a row, a build may meet a schema that it was never compared with.
func TestCheckSchema_ReachesBackAsFarAsTheMigrationsSay(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	s := openStore(t, url, ourKeys(t, newKey))
	schema, err := Schema()
	must(t, err)
	mine := schema[len(schema)-1].Version
	later := func(version, compatibleWith int64) {
		execute(t, url, fmt.Sprintf(`INSERT INTO payments.schema_reach VALUES (%d, %d)`, version, compatibleWith))
	}
	later(mine+1, mine)
	must(t, s.CheckSchema(t.Context()))
	later(mine+2, mine+1)
	later(mine+3, mine)
	want := fmt.Sprintf("the database has schema %d, on which builds of schema %d and newer run, and this one is of schema %d", mine+3, mine+1, mine)
	if err := s.CheckSchema(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("it says %v, want %s", err, want)
	}
	if _, err := OpenMigrated(t.Context(), url, ourKeys(t, newKey)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("in local mode it says %v, want %s", err, want)
	}
}

func TestMigrate_WritesDownHowFarItReachesBack(t *testing.T) {
	t.Parallel()
	s := openStore(t, newDatabase(t), ourKeys(t, newKey))
	schema, err := Schema()
	must(t, err)
	rows, _ := s.pool.Query(t.Context(), `SELECT version, compatible_with FROM payments.schema_reach ORDER BY version`)
	written, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Migration])
	must(t, err)
	if !slices.Equal(written, schema) {
		t.Errorf("the database says %v, want %v", written, schema)
	}
}
