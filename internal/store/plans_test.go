package store

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestPlans_ReadWhatTheyFind: a payment takes no longer because there are many of them. A prepared plan is kept, so this
// has to hold of plans that were made while the tables were empty, and of those made of statistics. It looks at what sqlc
// has generated, not at the few statements on the job queue.
func TestPlans_ReadWhatTheyFind(t *testing.T) {
	t.Parallel()
	for _, of := range []string{"EmptyTables", "Statistics"} {
		t.Run("Of"+of, func(t *testing.T) {
			t.Parallel()
			url := newDatabase(t)
			if of == "Statistics" {
				execute(t, url, thousands)
			}
			s := openStore(t, url, ourKeys(t, newKey))
			conn, err := s.pool.Acquire(t.Context()) // with the settings of a worker's
			must(t, err)
			defer conn.Release()
			_, err = conn.Exec(t.Context(), `SET plan_cache_mode = force_generic_plan`)
			must(t, err)
			first := firstColumns(t, conn.Conn())
			for name, query := range statements(t) {
				explain(t, conn.Conn(), name, query).mustReadByIndex(t, name, first)
			}
		})
	}
}

// thousands of payments, a few of them with an intent that is open and a webhook that is pending, and statistics of them.
const thousands = `
INSERT INTO payments.payment_histories (id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
	currency, price, refund, webhook_url, data, password, created_at)
SELECT gen_random_uuid(), 'shop', 'orders', gen_random_uuid(), 'iamport', gen_random_uuid(), 'store', 'KRW', 1000, 0, '', '', '', now()
FROM generate_series(1, 5000);
INSERT INTO payments.payment_intents (id, kind, state, history_id, source_schema, source_table, source_id, vendor_code, vendor_uid,
	vendor_store_id, client_key, request, resolver_job, created_at, updated_at)
SELECT gen_random_uuid(), 'capture', CASE WHEN random() < 0.01 THEN 'sending' ELSE 'done' END, id,
	source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, '', '', 1, now(), now() FROM payments.payment_histories;
INSERT INTO payments.payment_history_cancels (id, payment_history_id, amount, reason, data, created_at, ordinal)
SELECT gen_random_uuid(), id, 1000, '', '', now(), 0 FROM payments.payment_histories;
INSERT INTO payments.payment_history_webhooks (id, payment_history_id, previous, current, data, created_at, state)
SELECT gen_random_uuid(), id, '', '', '', now(), CASE WHEN random() < 0.01 THEN 'pending' ELSE 'delivered' END
FROM payments.payment_histories;
INSERT INTO payments.payment_history_webhook_responses (id, payment_history_webhook_id, created_at)
SELECT gen_random_uuid(), id, now() FROM payments.payment_history_webhooks;
INSERT INTO payments.payment_early_webhooks (vendor_code, vendor_uid, received_at)
SELECT vendor_code, vendor_uid, now() FROM payments.payment_histories;
INSERT INTO payments.payment_idempotency_keys (operation, key, request_hash, created_at)
SELECT 'store', vendor_uid, '', now() FROM payments.payment_histories;
INSERT INTO payments.payment_reservations (id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
	title, data, password, created_at)
SELECT gen_random_uuid(), source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id, '', '', '', now()
FROM payments.payment_histories;
ANALYZE`

// statements are those that sqlc has generated, by their names.
func statements(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("sqlcgen/*.sql.go")
	must(t, err)
	found := map[string]string{}
	for _, file := range files {
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		must(t, err)
		ast.Inspect(source, func(node ast.Node) bool {
			text, ok := node.(*ast.BasicLit)
			if !ok {
				return true
			}
			query, _ := strconv.Unquote(text.Value)
			if rest, ok := strings.CutPrefix(query, "-- name: "); ok {
				name, _, _ := strings.Cut(rest, " ")
				found[name] = query
			}
			return true
		})
	}
	if len(found) < 40 {
		t.Fatalf("found %d statements", len(found))
	}
	return found
}

// plan is a node of PostgreSQL's EXPLAIN (FORMAT JSON), as far as it says how rows are found.
type plan struct {
	Node  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Index string `json:"Index Name"`
	Cond  string `json:"Index Cond"`
	Parts []plan `json:"Plans"`
}

func explain(t *testing.T, conn *pgx.Conn, name, query string) plan {
	t.Helper()
	prepared, err := conn.Prepare(t.Context(), name, query)
	must(t, err)
	arguments := strings.Repeat(", NULL", len(prepared.ParamOIDs))
	if arguments != "" {
		arguments = "(" + arguments[2:] + ")"
	}
	var told []struct{ Plan plan }
	var text []byte
	must(t, conn.QueryRow(t.Context(), fmt.Sprintf(`EXPLAIN (FORMAT JSON) EXECUTE %q%s`, name, arguments),
		pgx.QueryExecModeSimpleProtocol).Scan(&text))
	must(t, json.Unmarshal(text, &told))
	return told[0].Plan
}

// firstColumns are those of the indexes, by the names of these.
func firstColumns(t *testing.T, conn *pgx.Conn) map[string]*regexp.Regexp {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT relname, pg_get_indexdef(c.oid, 1, true) FROM pg_index JOIN pg_class c ON c.oid = indexrelid`)
	must(t, err)
	columns := map[string]*regexp.Regexp{}
	var index, column string
	_, err = pgx.ForEachRow(rows, []any{&index, &column}, func() error {
		columns[index] = regexp.MustCompile(`\b` + regexp.QuoteMeta(column) + `\b`)
		return nil
	})
	must(t, err)
	return columns
}

// ofUnfinished are the indexes that may be read as a whole: of what is open, pending or dead.
var ofUnfinished = []string{
	"payment_intents_open_idx", "payment_intents_capture_source_key", "payment_intents_capture_vendor_key", "payment_intents_cancel_key",
	"payment_history_webhooks_unfinished_idx", "payment_history_webhooks_due_idx", "payment_history_webhooks_waiting_idx",
}

// selective are the columns that few rows share. Without statistics PostgreSQL takes any condition to be as good as another.
var selective = regexp.MustCompile(`\b(id|\w+_id|vendor_uid|key|place|version|created_at|received_at)\)?(::text)? [=<>]`)

// mustReadByIndex fails unless a condition on the first column of an index, for without one that is read as a whole, and one that
// few rows meet lead to what the plan reads. What has the places of rows found them so.
func (p plan) mustReadByIndex(t *testing.T, statement string, first map[string]*regexp.Regexp) {
	t.Helper()
	if p.Table != "" && !slices.Contains(ofUnfinished, p.Index) {
		switch {
		case p.Node == "ModifyTable", p.Node == "LockRows", p.Node == "Tid Scan":
		case p.Index == "" && strings.HasSuffix(p.Node, "Scan"):
			t.Errorf("%s reads the whole of %s", statement, p.Table)
		case p.Index != "" && !first[p.Index].MatchString(p.Cond):
			t.Errorf("%s reads the whole of %s by %s", statement, p.Table, p.Index)
		case p.Index != "" && !selective.MatchString(p.Cond):
			t.Errorf("%s reads %s by %s where %s, which many are", statement, p.Table, p.Index, p.Cond)
		}
	}
	for _, part := range p.Parts {
		part.mustReadByIndex(t, statement, first)
	}
}
