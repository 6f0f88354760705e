package worker_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/internal/payment"
)

func TestUndo_TellsWhatBecameOfTheMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	t.Run("the PG refuses", func(t *testing.T) {
		source := w.source()
		uid := w.iamportCard(source.ID, 20000)
		w.on(cancelPath(api.Iamport), fault.Plan{Kind: fault.Reject, Status: http.StatusBadRequest, Times: fault.Always},
			api.Iamport)
		defer w.calm()
		p := w.call("POST", "/payments/histories", w.storing(api.Iamport, uid, source, 100), &seen{})
		if p == nil || p.Status != 422 || p.Code != "undo_refused" {
			t.Errorf("got %v", p)
		}
	})
	t.Run("Toss has captured before", func(t *testing.T) {
		source := w.source()
		uid := w.tossPaid(source.ID, 9000)
		p := w.call("POST", "/payments/histories", w.storing(api.Toss, uid, source, 100), &seen{})
		if p == nil || p.Code != "price_mismatch" {
			t.Fatalf("got %v", p)
		}
		if _, truth := w.truth(api.Toss).Payment(uid); !truth.Balance().IsZero() {
			t.Errorf("the PG still holds %v", truth.Balance())
		}
	})
}

// TestUndo_ClosesAVirtualAccount: nobody shall pay into an account of a wrong price,
// which no record would tell of.
func TestUndo_ClosesAVirtualAccount(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		uid, _ := w.virtualAccount(code, source.ID, 19900)
		wrong := w.storing(code, uid, source, 100)
		p := w.call("POST", "/payments/histories", wrong, &seen{})
		if p == nil || p.Code != "price_mismatch" || !strings.Contains(p.Detail, "closed") {
			t.Fatalf("got %v", p)
		}
		if w.waits(code, uid) {
			t.Error("the account still waits for its deposit")
		}
		if p := w.call("POST", "/payments/histories", wrong, &seen{}); p == nil || p.Code != "price_mismatch" {
			t.Errorf("once more: got %v", p)
		}
	})
}

func TestUndo_VirtualAccountThatThePGWillNotClose(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		uid, _ := w.virtualAccount(code, source.ID, 19900)
		w.on(closePath(code), fault.Plan{Kind: fault.Reject, Status: http.StatusBadRequest}, code)
		p := w.call("POST", "/payments/histories", w.storing(code, uid, source, 100), &seen{})
		if p == nil || p.Code != "price_mismatch" || !strings.Contains(p.Detail, "refuses to close") {
			t.Fatalf("got %v", p)
		}
		if n := w.count(`SELECT count(*) FROM payments.payment_intents WHERE state = 'manual'`); n != 1 {
			t.Error("nobody is asked to see to what may be paid into it")
		}
		w.mustStore(w.storing(code, uid, source, 19900)) // it is as it was
	})
}

func closePath(code api.VendorCode) fault.Plan {
	if code == api.Iamport {
		return fault.Plan{Method: "DELETE", Path: "/vbanks/*"}
	}
	return cancelPath(code)
}

// waits reports whether the PG still waits for a deposit.
func (w *world) waits(code api.VendorCode, uid string) bool {
	w.t.Helper()
	if code == api.Iamport {
		return mustv(w.iamport.GetPayment(w.t.Context(), uid))(w.t).Status == iamport.StatusReady
	}
	return mustv(w.toss.GetPayment(w.t.Context(), uid))(w.t).Status == toss.StatusWaitingForDeposit
}

// TestUndo_NeverOfARecordedPayment: whatever another request claims of a payment
// that has a record, it stays as it is.
func TestUndo_NeverOfARecordedPayment(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		uid := w.pay(code, source.ID, 9000)
		honest := w.storing(code, uid, source, 9000)
		w.mustStore(honest)
		other := w.source()
		for name, in := range map[string]api.StoreHistory{
			"another order":        w.storing(code, uid, other, 9000),
			"another price":        w.storing(code, uid, source, 100),
			"another of both":      w.storing(code, uid, other, 100),
			"its key in capitals":  w.storing(code, strings.ToUpper(uid), other, 9000),
			"its key with a blank": w.storing(code, uid+" ", other, 9000),
			"its key as a path":    w.storing(code, "./"+uid, other, 9000),
			"its key with a query": w.storing(code, uid+"?a=b", other, 9000),
			"its key, escaped":     w.storing(code, fmt.Sprintf("%%%02x", uid[0])+uid[1:], other, 9000),
		} {
			if p := w.call("POST", "/payments/histories", in, &seen{}); p == nil {
				t.Errorf("%s: stored", name)
			}
		}
		if _, truth := w.truth(code).Payment(uid); !truth.Balance().Equal(money.New(9000)) {
			t.Errorf("the PG holds %v", truth.Balance())
		}
		w.mustStore(honest)
	})
}

// Somebody else stores another payment of the order between this one's capture and its record.
func TestUndo_OfWhatASourceHasNoPlaceFor(t *testing.T) {
	t.Parallel()
	eachSurroundings(t, func(t *testing.T, w *world, code api.VendorCode) {
		captured := &failpoint{}
		w.reached = captured.reached
		w.open()
		source := w.source()
		uid := w.pay(code, source.ID, 9000)
		captured.at(payment.StepCaptured, func() {
			w.sql(`INSERT INTO payments.payment_histories (id, source_schema, source_table, source_id, vendor_code, vendor_uid,
				vendor_store_id, currency, price, webhook_url, data, password, created_at)
				VALUES (gen_random_uuid(), '` + source.Schema + `', '` + source.Table + `', '` + source.ID + `', 'iamport', 'another', '', 'KRW', 1, '', '', '', now())`)
		})
		p := w.call("POST", "/payments/histories", w.storing(code, uid, source, 9000), &seen{})
		if p == nil || p.Code != "already_registered" || !strings.Contains(p.Detail, "refunded") {
			t.Errorf("told %v", p)
		}
		if _, truth := w.truth(code).Payment(uid); !truth.Balance().IsZero() {
			t.Errorf("the PG holds %v, and nothing here tells of it", truth.Balance())
		}
		if n := w.count(`SELECT count(*) FROM payments.payment_intents WHERE state = 'undone'`); n != 1 {
			t.Errorf("%d intents are undone, want 1", n)
		}
	})
}

func TestCancel_OtherKeysAreOtherRefunds(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(1000),
			Reason: "twice on purpose"}
		w.on(cancelPath(code), fault.Plan{Kind: fault.Stall, Delay: clock.Duration(300 * time.Millisecond), RealTime: true},
			code)
		done := make(chan seen, 2)
		for n := range 2 {
			go func() { done <- w.untilDone("PUT", "/payments/histories/cancel", fmt.Sprint("key-", n), cancel) }()
		}
		<-done
		<-done
		var read seen
		if p := w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword},
			&read); p != nil {
			t.Fatal(p)
		}
		if read.Refund == nil || !read.Refund.Equal(money.New(2000)) || len(read.Cancels) != 2 {
			t.Errorf("refunded %v in %d cancels, want 2000 in 2", read.Refund, len(read.Cancels))
		}
		w.agree(code, read)
	})
}

func TestIdempotencyKey_ForgetsWhatMayCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(1000), Reason: "too early"}
	if status, _ := w.keyedCall("PUT", "/payments/histories/cancel", "key", cancel); status != 404 {
		t.Fatalf("got %d before the payment is stored", status)
	}
	w.mustStore(w.storing(api.Iamport, w.iamportCard(source.ID, 9000), source, 9000))
	if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", "key", cancel); status != 200 {
		var p api.Problem
		must(t, json.Unmarshal(answer, &p))
		t.Errorf("afterwards: %v", &p)
	}
}
