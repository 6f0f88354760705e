package worker_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/internal/payment"
)

func TestEarlyWebhook_IsAppliedWhenTheHistoryComes(t *testing.T) {
	t.Parallel()
	w := newSurroundings(t)
	intended := &failpoint{}
	w.reached = intended.reached
	w.open()
	source := w.source()
	uid, deposit := w.virtualAccount(api.Iamport, source.ID, 8000)
	// Our look at the PG is older than the deposit that is announced while we take it.
	intended.at(payment.StepCaptureIntended, func() {
		w.on(capturePath(api.Iamport), fault.Plan{Kind: fault.StaleRead}, api.Iamport)
		deposit()
		must(t, w.fakeIamport.WaitWebhooks(t.Context()))
	})
	stored := w.mustStore(w.storing(api.Iamport, uid, source, 8000))
	if stored.PaidAt != nil {
		t.Fatal("the stale read was not stale: the test shows nothing")
	}
	eventually(t, "the deposit that was announced meanwhile", func() bool {
		var read seen
		w.call("PATCH", "/payments/histories/"+stored.ID, api.Password{Password: somePassword}, &read)
		return read.PaidAt != nil
	})
}

func TestEarlyWebhook_ComesWhileTheHistoryIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The history has looked for early webhooks, and is not committed before we let go.
	w.sql(`CREATE FUNCTION payments.linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
		CREATE TRIGGER linger AFTER INSERT ON payments.payment_histories FOR EACH ROW EXECUTE FUNCTION payments.linger()`)
	db := mustv(pgx.Connect(t.Context(), w.database))(t)
	defer db.Close(context.WithoutCancel(t.Context()))
	mustv(db.Exec(t.Context(), `SELECT pg_advisory_lock(4711)`))(t)
	waiting := func(want int) func() bool {
		return func() bool {
			var n int
			must(t, db.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
				WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`).Scan(&n))
			return n == want
		}
	}
	source := w.source()
	uid, deposit := w.virtualAccount(api.Iamport, source.ID, 8000)
	done := make(chan *api.Problem, 1)
	go func() {
		defer close(done)
		done <- w.call("POST", "/payments/histories", w.storing(api.Iamport, uid, source, 8000), &seen{})
	}()
	eventually(t, "the history about to be committed", waiting(1))
	deposit()
	eventually(t, "the webhook that comes meanwhile", waiting(2))
	mustv(db.Exec(t.Context(), `SELECT pg_advisory_unlock(4711)`))(t)
	if p := <-done; p != nil {
		t.Fatal(p)
	}
	eventually(t, "the deposit", func() bool {
		var read seen
		p := w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &read)
		return p == nil && read.PaidAt != nil
	})
}

// TestEarlyWebhook_OfADeposit: Toss tells of a deposit by its order alone, after we
// have looked at the payment and before its history is committed.
func TestEarlyWebhook_OfADeposit(t *testing.T) {
	t.Parallel()
	for name, secretOf := range map[string]func(string) string{
		"IsAppliedWithThePaymentsSecret": func(secret string) string { return secret },
		"IsForgottenWithAnother":         func(string) string { return "another" },
		"IsForgottenWithNone":            func(string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSurroundings(t)
			captured := &failpoint{}
			w.reached = captured.reached
			w.open()
			source := w.source()
			uid, deposit := w.virtualAccount(api.Toss, source.ID, 8000)
			secret := mustv(w.toss.GetPayment(t.Context(), uid))(t).Secret
			captured.at(payment.StepCaptured, func() {
				w.plan(api.Toss, fault.Plan{Kind: fault.LoseWebhook})
				deposit()
				w.depositCallback(source.ID, secretOf(secret))
			})
			if stored := w.mustStore(w.storing(api.Toss, uid, source, 8000)); stored.PaidAt != nil {
				t.Fatal("stored as paid: the test shows nothing")
			}
			eventually(t, "nothing left to do", func() bool { return w.unfinishedJobs() == 0 })
			var read seen
			w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &read)
			if paid := read.PaidAt != nil; paid != (secretOf(secret) == secret) {
				t.Errorf("paid at %v", read.PaidAt)
			}
		})
	}
}

// depositCallback is what Toss sends of a deposit, to shops that ask for it.
func (w *world) depositCallback(orderID, secret string) {
	w.t.Helper()
	body := `{"createdAt":"2026-01-01T00:00:00.000000","secret":"` + secret + `","status":"DONE","transactionKey":"t","orderId":"` + orderID + `"}`
	answer := mustv(http.Post(w.url+"/payments/webhooks/toss", "application/json", strings.NewReader(body)))(w.t)
	must(w.t, answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		w.t.Errorf("deposit callback: %s", answer.Status)
	}
}
