package worker_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// TestIdempotencyKey_Unfit: who sends an empty one believes to be safe, and one that is not UTF-8 is kept by no database.
func TestIdempotencyKey_Unfit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	w.mustStore(w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 1000))
	cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(100), Reason: "once"}
	for key, flaw := range map[string]string{"": "is empty", " ": "is empty", "caf\xe9": "is not UTF-8"} {
		if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel); status != 400 ||
			!bytes.Contains(answer, []byte("invalid_body")) || !bytes.Contains(answer, []byte("Idempotency-Key: "+flaw)) {
			t.Errorf("the key %q: got %d %s", key, status, answer)
		}
	}
}

// TestIdempotencyKey_OpensNoRecord: what is kept under a key is guarded as its record is. The password is not what tells
// requests apart: who compares does not count the guesses.
func TestIdempotencyKey_OpensNoRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source, refused := w.source(), w.source()
	store := w.storing(api.Toss, w.tossCard(source.ID, 9000), source, 9000)
	w.mustStore(w.storing(api.Toss, w.tossCard(refused.ID, 9000), refused, 9000))
	cancel := api.CancelHistory{Source: refused, Password: somePassword, Price: money.New(100), Reason: "once"}
	tooMuch := cancel
	tooMuch.Price = money.New(90000)
	reservation := api.StoreReservation{
		Vendor: api.Vendor{Code: api.Toss, UID: w.billingKey(api.Toss, source.ID), StoreID: "test-store"},
		Source: source, Title: "a card", Password: somePassword,
	}
	for _, c := range []struct {
		name, method, path string
		in                 any
		guess              func(password string) any
		status             int
		wrong              string
	}{
		{"store", "POST", "/payments/histories", store, func(p string) any { in := store; in.Password = p; return in }, 201, "already_registered"},
		{"cancel", "PUT", "/payments/histories/cancel", cancel, func(p string) any { in := cancel; in.Password = p; return in }, 200, "wrong_password"},
		{"reserve", "POST", "/payments/reservations", reservation, func(p string) any { in := reservation; in.Password = p; return in }, 201, "already_registered"},
		{"a refused cancel", "PUT", "/payments/histories/cancel", tooMuch, func(p string) any { in := tooMuch; in.Password = p; return in }, 422, "wrong_password"},
	} {
		status, first := w.keyedCall(c.method, c.path, c.name, c.in)
		if status != c.status {
			t.Fatalf("%s: got %d %s", c.name, status, first)
		}
		codes := map[string]int{}
		for n := 0; codes["too_many_attempts"] == 0 && n < 4*freeTries; n++ { // a slow machine may let some waits pass by
			status, answer := w.keyedCall(c.method, c.path, c.name, c.guess(fmt.Sprint("guess ", n)))
			var p api.Problem
			if err := json.Unmarshal(answer, &p); err != nil {
				t.Fatalf("%s: a guess is answered %d %s", c.name, status, answer)
			}
			codes[p.Code]++
		}
		if codes["too_many_attempts"] != 1 || len(codes) > 2 || len(codes) == 2 && codes[c.wrong] == 0 {
			t.Errorf("%s: guesses are answered %v, want %s until there are too many", c.name, codes, c.wrong)
		}
		if status, again := w.keyedCall(c.method, c.path, c.name, c.in); status != c.status || !bytes.Equal(first, again) {
			t.Errorf("%s: who knows the password is told %d %s", c.name, status, again)
		}
	}
}

// TestIdempotencyKey_TellsNoPasswordOfWhatWasRefused: it guards nothing, and may be another record's all the same.
func TestIdempotencyKey_TellsNoPasswordOfWhatWasRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	in := w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 2000)
	status, first := w.keyedCall("POST", "/payments/histories", "key", in)
	in.Password = "another"
	again, second := w.keyedCall("POST", "/payments/histories", "key", in)
	if status != 422 || again != 422 || !bytes.Equal(first, second) {
		t.Errorf("got %d %s, then %d %s", status, first, again, second)
	}
}

// TestIdempotencyKey_OfAnotherBuild: keys that were told apart otherwise are none of ours, and no request is carried out
// twice for that.
func TestIdempotencyKey_OfAnotherBuild(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		store := w.storing(code, w.pay(code, source.ID, 9000), source, 9000)
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(1000), Reason: "once"}
		stored := w.untilDone("POST", "/payments/histories", "key", store)
		w.untilDone("PUT", "/payments/histories/cancel", "key", cancel)
		w.sql(`UPDATE payments.payment_idempotency_keys SET operation = split_part(operation, ' ', 1), request_hash = 'otherwise'`)
		if again := w.untilDone("POST", "/payments/histories", "key", store); again.ID != stored.ID {
			t.Errorf("stored %s, then %s", stored.ID, again.ID)
		}
		again := w.untilDone("PUT", "/payments/histories/cancel", "key", cancel)
		if len(again.Cancels) != 1 {
			t.Errorf("%d refunds, want the one", len(again.Cancels))
		}
		w.agree(code, again)
		other := cancel
		other.Price = money.New(2000)
		if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", "key", other); status < 400 {
			t.Errorf("another refund under the key: got %d %s", status, answer)
		}
	})
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
		guess := cancel
		guess.Password = "guess"
		if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", "key", guess); status != 403 {
			t.Errorf("another password: got %d %s", status, answer)
		}
		again := w.untilDone("PUT", "/payments/histories/cancel", "key", cancel)
		if a := <-first; a.status != 200 || len(again.Cancels) != 1 {
			t.Errorf("the first was told %d %s; then there are %d refunds", a.status, a.body, len(again.Cancels))
		}
		w.agree(code, again)
	})
}

// TestIdempotencyKey_WhileAStoreIsUnderWay: who joins it has to know its password, which is the record's to be.
func TestIdempotencyKey_WhileAStoreIsUnderWay(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		store := w.storing(code, w.pay(code, source.ID, 9000), source, 9000)
		first := w.slowly(capturePath(code), code, "POST", "/payments/histories", "key", store)
		guess := store
		guess.Password = "guess"
		if status, answer := w.keyedCall("POST", "/payments/histories", "key", guess); status != 409 ||
			!bytes.Contains(answer, []byte("already_registered")) {
			t.Errorf("another password: got %d %s", status, answer)
		}
		if a := <-first; a.status != 201 {
			t.Errorf("the first was told %d %s", a.status, a.body)
		}
		w.untilDone("POST", "/payments/histories", "key", store)
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
