package worker_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/internal/provision"
	"github.com/samchon/payments-server/internal/store"
)

// A worker does all its work in a role that owns nothing, jobs and their housekeeping included.
func TestWorker_InARoleThatMayAlterNothing(t *testing.T) {
	t.Parallel()
	w := newSurroundings(t)
	admin := w.database
	w.database = provisioned(t, admin)
	w.db = look(t, w.database)
	w.open()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		source := w.source()
		uid, deposit := w.virtualAccount(code, source.ID, 19900)
		stored := w.mustStore(w.storing(code, uid, source, 19900))
		deposit()
		eventually(t, "the webhook of the deposit", func() bool { return len(w.service.heardOf(stored.ID)) == 1 })
		reservation := api.StoreReservation{
			Vendor: api.Vendor{Code: code, UID: w.billingKey(code, source.ID), StoreID: "test-store"},
			Source: source, Title: "some-title", Password: somePassword,
		}
		if p := w.call("POST", "/payments/reservations", reservation, &struct{}{}); p != nil {
			t.Error(p)
		}
	}
	eventually(t, "no job is left", func() bool { return w.unfinishedJobs() == 0 })
	w.sql(`INSERT INTO payments.river_job (kind, args, max_attempts) VALUES ('tidy', '{}', 1)`)
	eventually(t, "the house is tidy", func() bool {
		return w.count(`SELECT count(*) FROM payments.river_job WHERE kind = 'tidy' AND state = 'completed'`) > 0
	})
}

// provisioned prepares a server, and returns the URL of the workers' role.
func provisioned(t *testing.T, admin string) (worker string) {
	t.Helper()
	ctx := context.Background() // also while cleaning up
	name := "worker_" + strings.ToLower(rand.Text()[:10])
	u := mustv(url.Parse(admin))(t)
	u.User, u.Path = url.UserPassword(name, "its own"), "/"+name
	query := u.Query()
	query.Del("passfile")
	u.RawQuery = query.Encode()
	t.Cleanup(func() {
		db := mustv(pgx.Connect(ctx, admin))(t)
		defer db.Close(ctx)
		mustv(db.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"))(t)
		mustv(db.Exec(ctx, "DROP ROLE "+name+", "+name+"_writer, "+name+"_reader"))(t)
	})
	plan := mustv(provision.Look(ctx, provision.Options{AdminURL: admin, WorkerURL: u.String()}))(t)
	must(t, plan.Prepare(ctx))
	must(t, store.Migrate(ctx, plan.MigrationURL()))
	must(t, plan.Grant(ctx))
	return u.String()
}
