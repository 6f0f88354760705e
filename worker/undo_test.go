package worker_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
)

func TestUndo_TellsWhatBecameOfTheMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	t.Run("the PG refuses", func(t *testing.T) {
		source := w.source()
		uid := w.iamportCard(source.ID, 20000)
		w.on(cancelPath(api.Iamport), fault.Plan{Kind: fault.Reject, Status: http.StatusBadRequest, Times: fault.Always}, api.Iamport)
		defer w.calm()
		p := w.call("POST", "/payments/histories", w.storing(api.Iamport, uid, source, 100), &seen{})
		if p == nil || p.Status != 422 || p.Code != "undo_refused" {
			t.Errorf("got %v", p)
		}
	})
	t.Run("nothing was paid yet", func(t *testing.T) {
		source := w.source()
		uid, _ := w.virtualAccount(api.Iamport, source.ID, 19900)
		p := w.call("POST", "/payments/histories", w.storing(api.Iamport, uid, source, 100), &seen{})
		if p == nil || p.Code != "price_mismatch" {
			t.Fatalf("got %v", p)
		}
		// The account is as it was: under its own price it can be registered.
		w.mustStore(w.storing(api.Iamport, uid, source, 19900))
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

func TestCancel_OtherKeysAreOtherRefunds(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(1000), Reason: "twice on purpose"}
		w.on(cancelPath(code), fault.Plan{Kind: fault.Stall, Delay: clock.Duration(300 * time.Millisecond), RealTime: true}, code)
		done := make(chan seen, 2)
		for n := range 2 {
			go func() { done <- w.untilDone("PUT", "/payments/histories/cancel", fmt.Sprint("key-", n), cancel) }()
		}
		<-done
		<-done
		var read seen
		if p := w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &read); p != nil {
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
