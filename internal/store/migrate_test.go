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
