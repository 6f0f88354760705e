package worker_test

import (
	"context"
	"testing"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/internal/store"
)

// storeAlone is a store without a worker, and what a test sees of its database.
func storeAlone(t *testing.T) (*world, *store.Store) {
	t.Helper()
	database := dbtest.New(t)
	w := &world{t: t, db: look(t, database)}
	must(t, store.Migrate(t.Context(), database))
	s := mustv(store.Open(t.Context(), database, store.Keys{}))(t)
	t.Cleanup(s.Close)
	return w, s
}

func TestTidy_KeepsWhatMayStillBeAskedFor(t *testing.T) {
	t.Parallel()
	w, s := storeAlone(t)
	w.sql(`INSERT INTO payments.payment_idempotency_keys (operation, key, request_hash, created_at)
		VALUES ('o', 'old', '', now() - interval '25 hours'), ('o', 'young', '', now() - interval '23 hours')`)
	w.sql(`INSERT INTO payments.payment_early_webhooks (vendor_code, vendor_uid, received_at)
		VALUES ('iamport', 'old', now() - interval '8 days'), ('iamport', 'young', now() - interval '6 days')`)
	must(t, s.Tidy(t.Context()))
	if n := w.count(`SELECT count(*) FROM payments.payment_idempotency_keys WHERE key = 'young'`); n != 1 {
		t.Error("a key of 23 hours is gone")
	}
	if n := w.count(`SELECT count(*) FROM payments.payment_early_webhooks WHERE vendor_uid = 'young'`); n != 1 {
		t.Error("a webhook of 6 days is gone")
	}
	if n := w.count(`SELECT (SELECT count(*) FROM payments.payment_idempotency_keys) + (SELECT count(*) FROM payments.payment_early_webhooks)`); n != 2 {
		t.Errorf("%d rows are left, want the 2 young ones", n)
	}
}

// TestTidy_GetsThroughABacklog of any size, because it deletes no more at once than the time of a statement lets it.
func TestTidy_GetsThroughABacklog(t *testing.T) {
	t.Parallel()
	w, s := storeAlone(t)
	w.sql(`INSERT INTO payments.payment_idempotency_keys (operation, key, request_hash, created_at)
		SELECT 'o', n, '', now() - interval '25 hours' FROM generate_series(1, 5000) n`)
	w.sql(`INSERT INTO payments.payment_early_webhooks (vendor_code, vendor_uid, received_at)
		SELECT 'iamport', n, now() - interval '8 days' FROM generate_series(1, 5000) n`)
	w.sql(`CREATE FUNCTION bounded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF (SELECT count(*) FROM gone) > 2000 THEN RAISE EXCEPTION 'too much at once'; END IF; RETURN NULL; END $$`)
	for _, table := range []string{"payment_idempotency_keys", "payment_early_webhooks"} {
		w.sql(`CREATE TRIGGER bounded AFTER DELETE ON payments.` + table + ` REFERENCING OLD TABLE AS gone EXECUTE FUNCTION bounded()`)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Tidy(over); err == nil {
		t.Error("it does not end with its context")
	}
	must(t, s.Tidy(t.Context()))
	if n := w.count(`SELECT (SELECT count(*) FROM payments.payment_idempotency_keys) + (SELECT count(*) FROM payments.payment_early_webhooks)`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}
