package worker_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/internal/payment"
)

// crashCase is one death of a worker.
type crashCase struct {
	code api.VendorCode
	step payment.Step
	// clientRepeats tells a client that sends its request again from one that is
	// gone, whose request the resolver has to finish.
	clientRepeats bool
}

// eachCrash runs a test for each PG, step and client, in a world without a worker.
func eachCrash(t *testing.T, test func(*testing.T, *world, crashCase), steps ...payment.Step) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		for _, step := range steps {
			for client, repeats := range map[string]bool{"client repeats": true, "client is gone": false} {
				t.Run(fmt.Sprintf("%s/%s/%s", code, step, client), func(t *testing.T) {
					t.Parallel()
					test(t, newSurroundings(t), crashCase{code, step, repeats})
				})
			}
		}
	}
}

func TestCrash_Store(t *testing.T) {
	eachCrash(t, func(t *testing.T, w *world, c crashCase) {
		source := w.source()
		in := w.storing(c.code, w.pay(c.code, source.ID, 9000), source, 9000)
		key := w.dieOf(c.step, "POST", "/payments/histories", in)
		if c.clientRepeats {
			w.untilDone("POST", "/payments/histories", key, in)
		}
		stored := w.recovered(c.code, source, 0)
		if stored.PaidAt == nil {
			t.Error("stored without being paid")
		}
	}, payment.StepCaptureIntended, payment.StepCaptured, payment.StepRecorded)
}

func TestCrash_Cancel(t *testing.T) {
	eachCrash(t, func(t *testing.T, w *world, c crashCase) {
		source := w.source()
		w.spawn("")
		w.mustStore(w.storing(c.code, w.pay(c.code, source.ID, 9000), source, 9000))
		in := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "a crash"}
		key := w.dieOf(c.step, "PUT", "/payments/histories/cancel", in)
		if c.clientRepeats {
			w.untilDone("PUT", "/payments/histories/cancel", key, in)
		}
		if cancelled := w.recovered(c.code, source, 1); len(cancelled.Cancels) != 1 {
			t.Errorf("%d cancels, want 1", len(cancelled.Cancels))
		}
	}, payment.StepCancelIntended, payment.StepRefunded, payment.StepCancelRecorded)
}

func TestCrash_Undo(t *testing.T) {
	t.Parallel()
	for _, step := range []payment.Step{payment.StepUndoIntended, payment.StepUndone} {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			w := newSurroundings(t)
			source := w.source()
			uid := w.iamportCard(source.ID, 20000) // Toss refuses a wrong price before it takes money
			w.dieOf(step, "POST", "/payments/histories", w.storing(api.Iamport, uid, source, 100))
			w.intentsSettle()
			entries, truth := w.truth(api.Iamport).Payment(uid)
			if !truth.Balance().IsZero() || len(entries) != 2 {
				t.Errorf("the PG holds %v after %v", truth.Balance(), entries)
			}
		})
	}
}

func TestCrash_Webhook(t *testing.T) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		for _, step := range []payment.Step{payment.StepAnnounced, payment.StepLookedUp, payment.StepSynced} {
			t.Run(fmt.Sprintf("%s/%s", code, step), func(t *testing.T) {
				t.Parallel()
				w := newSurroundings(t)
				source := w.source()
				w.spawn("")
				uid, deposit := w.virtualAccount(code, source.ID, 7000)
				w.mustStore(w.storing(code, uid, source, 7000))
				died := w.spawn(step)
				deposit()
				w.mustDie(died)
				w.spawn("")
				w.rescue()
				if paid := w.recovered(code, source, 1); paid.PaidAt == nil {
					t.Error("the deposit was lost")
				}
			})
		}
	}
}

func TestCrash_Reservation(t *testing.T) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		for _, step := range []payment.Step{payment.StepBillingKeyRead, payment.StepReserved} {
			t.Run(fmt.Sprintf("%s/%s", code, step), func(t *testing.T) {
				t.Parallel()
				w := newSurroundings(t)
				source := w.source()
				in := api.StoreReservation{
					Vendor: api.Vendor{Code: code, UID: w.billingKey(code, source.ID), StoreID: "s"},
					Source: source, Title: "a card", Password: somePassword,
				}
				key := w.dieOf(step, "POST", "/payments/reservations", in)
				if status, answer := w.keyedCall("POST", "/payments/reservations", key, in); status != 201 {
					t.Errorf("repeated: %d %s", status, answer)
				}
				if n := w.count(`SELECT count(*) FROM payments.payment_reservations`); n != 1 {
					t.Errorf("%d reservations, want 1", n)
				}
			})
		}
	}
}

// dieOf sends a request to a worker that dies of it, starts its successor, and
// returns the request's key.
func (w *world) dieOf(step payment.Step, method, path string, in any) (key string) {
	w.t.Helper()
	died := w.spawn(step)
	key = uuid.NewString()
	request := w.request(method, path, mustv(json.Marshal(in))(w.t))
	request.Header.Set("Idempotency-Key", key)
	request.GetBody = nil // net/http must not repeat it
	if answer, err := http.DefaultClient.Do(request); err == nil {
		answer.Body.Close()
		w.t.Fatalf("the worker answered %d and should have died", answer.StatusCode)
	}
	w.mustDie(died)
	w.spawn("")
	w.rescue()
	return key
}

func (w *world) mustDie(died <-chan struct{}) {
	w.t.Helper()
	eventually(w.t, "the worker's death", func() bool {
		select {
		case <-died:
			return true
		default:
			return false
		}
	})
}

// recovered waits until nothing is left to do, and returns the one record. It
// fails unless the PG, the record and the service agree, with one webhook for
// each change.
func (w *world) recovered(code api.VendorCode, source api.Source, changes int) (h seen) {
	w.t.Helper()
	w.intentsSettle()
	var p *api.Problem
	eventually(w.t, "the record, with its changes", func() bool {
		p = w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &h)
		return p == nil && len(w.service.heardOf(h.ID)) >= changes
	})
	eventually(w.t, "every webhook delivered", func() bool {
		return w.count(`SELECT count(*) FROM payments.payment_history_webhooks WHERE state = 'pending'`) == 0
	})
	// What was read above may be older than the webhook that was heard just after.
	w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &h)
	w.agree(code, h)
	ids := map[string]bool{}
	for _, hook := range w.service.heardOf(h.ID) {
		ids[hook.ID] = true
	}
	if len(ids) != changes {
		w.t.Errorf("%d webhooks, want %d", len(ids), changes)
	}
	if n := w.count(`SELECT count(*) FROM payments.payment_histories`); n != 1 {
		w.t.Errorf("%d histories, want 1", n)
	}
	return h
}

func (w *world) openIntents() int {
	return w.count(`SELECT count(*) FROM payments.payment_intents WHERE state IN ('sending', 'undoing')`)
}
