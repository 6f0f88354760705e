package worker_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// keyedCall is call with an idempotency key, and returns the answer's bytes.
func (w *world) keyedCall(method, path, key string, in any) (status int, answer []byte) {
	w.t.Helper()
	request := w.request(method, path, mustv(json.Marshal(in))(w.t))
	request.Header.Set("Idempotency-Key", key)
	response := mustv(http.DefaultClient.Do(request))(w.t)
	defer response.Body.Close()
	return response.StatusCode, mustv(io.ReadAll(response.Body))(w.t)
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		w.mustStore(w.storing(code, w.pay(code, source.ID, 10000), source, 10000))
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(1000), Reason: "once"}

		status, first := w.keyedCall("PUT", "/payments/histories/cancel", "key-1", cancel)
		if status != 200 {
			t.Fatalf("got %d", status)
		}
		if status, again := w.keyedCall("PUT", "/payments/histories/cancel", "key-1", cancel); status != 200 ||
			!bytes.Equal(first, again) {
			t.Errorf("the same key: got %d and another answer", status)
		}
		other := cancel
		other.Price = money.New(2000)
		if status, _ := w.keyedCall("PUT", "/payments/histories/cancel", "key-1", other); status != 422 {
			t.Errorf("the same key for another request: got %d, want 422", status)
		}
		if status, _ := w.keyedCall("PUT", "/payments/histories/cancel", "key-2", cancel); status != 200 {
			t.Errorf("another key: got %d", status)
		}

		var read seen
		if p := w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword},
			&read); p != nil {
			t.Fatal(p)
		}
		if len(read.Cancels) != 2 || !read.Refund.Equal(money.New(2000)) {
			t.Errorf("refunded %v in %d cancels, want 2000 in 2", read.Refund, len(read.Cancels))
		}
	})
}

func TestIdempotencyKey_RepeatsARefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	w.mustStore(w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 1000))
	tooMuch := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(5000), Reason: "too much"}
	status, first := w.keyedCall("PUT", "/payments/histories/cancel", "key", tooMuch)
	again, second := w.keyedCall("PUT", "/payments/histories/cancel", "key", tooMuch)
	if status != 422 || again != 422 || !bytes.Equal(first, second) {
		t.Errorf("got %d %s, then %d %s", status, first, again, second)
	}
}

// TestIdempotencyKey_MayNotBeEmpty, because who sends one believes to be safe.
func TestIdempotencyKey_MayNotBeEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	w.mustStore(w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 1000))
	cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(100), Reason: "once"}
	for _, key := range []string{"", " "} {
		if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel); status != 400 ||
			!bytes.Contains(answer, []byte("Idempotency-Key")) {
			t.Errorf("the key %q: got %d %s", key, status, answer)
		}
	}
}

// TestIdempotencyKey_WhileTheFirstIsUnderWay: the same request joins it, and another
// one is refused before it is answered.
func TestIdempotencyKey_WhileTheFirstIsUnderWay(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "once"}
		other := cancel
		other.Price = money.New(2000)
		first := w.slowly(cancelPath(code), code, "PUT", "/payments/histories/cancel", "key", cancel)
		if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", "key", other); status != 422 ||
			!bytes.Contains(answer, []byte("idempotency_key_reused")) {
			t.Errorf("another request: got %d %s", status, answer)
		}
		again := w.untilDone("PUT", "/payments/histories/cancel", "key", cancel)
		if a := <-first; a.status != 200 || len(again.Cancels) != 1 {
			t.Errorf("the first was told %d %s; then there are %d refunds", a.status, a.body, len(again.Cancels))
		}
		w.agree(code, again)
	})
}

// TestIdempotencyKey_AfterADay: the key is as good as new.
func TestIdempotencyKey_AfterADay(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(1000), Reason: "daily"}
		w.untilDone("PUT", "/payments/histories/cancel", "key", cancel)
		w.sql(`UPDATE payments.payment_idempotency_keys SET created_at = created_at - interval '25 hours';
			UPDATE payments.payment_intents SET created_at = created_at - interval '25 hours'`)
		if again := w.untilDone("PUT", "/payments/histories/cancel", "key", cancel); len(again.Cancels) != 2 {
			t.Errorf("%d refunds, want another one", len(again.Cancels))
		} else {
			w.agree(code, again)
		}
	})
}
