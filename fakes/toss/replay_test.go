package toss_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/ledger"
	fake "github.com/samchon/payments-server/fakes/toss"
)

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	part := toss.Cancellation{CancelReason: "변심", CancelAmount: amount(100)}
	t.Run("RepeatsTheAnswerAndNotTheDeed", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			paid := f.paid(1000)
			var answers []string
			for range 3 {
				got, err := f.client.Cancel(t.Context(), paid.PaymentKey, part, toss.IdempotencyKey("k"))
				answers = append(answers, string(must(t, got, err).Raw))
			}
			if answers[0] != answers[1] || answers[1] != answers[2] {
				t.Errorf("got different answers: %s", answers)
			}
			f.wantHeld(paid.PaymentKey, 900)
		})
	})
	t.Run("RepeatsRefusalsToo", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real})
		waits := f.authenticated(1000)
		wrong := toss.Confirmation{PaymentKey: waits.PaymentKey, OrderID: waits.OrderID, Amount: *amount(1)}
		_, err := f.client.Confirm(t.Context(), wrong, toss.IdempotencyKey("k"))
		wantRefusal(t, err, 400, toss.CodeInvalidRequest)
		_, err = f.confirm(waits, toss.IdempotencyKey("k")) // corrected, under the same key
		wantRefusal(t, err, 400, toss.CodeInvalidRequest)
		f.wantHeld(waits.PaymentKey, 0)
	})
	t.Run("IgnoresTheBody", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		first, second := f.authenticated(1000), f.authenticated(2000)
		if _, err := f.confirm(first, toss.IdempotencyKey("shared")); err != nil {
			t.Fatal(err)
		}
		got, err := f.confirm(second, toss.IdempotencyKey("shared"))
		if must(t, got, err).PaymentKey != first.PaymentKey {
			t.Error("confirm has one address for all payments, so a shared key must repeat the first payment's answer")
		}
		f.wantHeld(second.PaymentKey, 0)
	})
	t.Run("IsOnRecordWithEachRequest", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		waits := f.authenticated(1000)
		for range 2 {
			if _, err := f.confirm(waits, toss.IdempotencyKey("k")); err != nil {
				t.Fatal(err)
			}
		}
		about := ledger.Subject{Payment: waits.PaymentKey, Order: waits.OrderID}
		if n := len(f.Ledger().Find(ledger.Query{Subject: about, IdempotencyKey: "k"})); n != 2 {
			t.Errorf("%d requests under the key, want 2", n)
		}
		f.get(waits.PaymentKey)
		if n := len(f.Ledger().Find(ledger.Query{Subject: about})); n != 4 { // made, confirmed twice, read
			t.Errorf("%d requests about the payment, want 4", n)
		}
	})
	t.Run("TellsAddressesApart", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		for _, paid := range []*toss.Payment{f.paid(1000), f.paid(1000)} {
			if _, err := f.client.Cancel(t.Context(), paid.PaymentKey, part, toss.IdempotencyKey("k")); err != nil {
				t.Fatal(err)
			}
			f.wantHeld(paid.PaymentKey, 900)
		}
	})
	t.Run("IsForPostOnly", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		waits := f.authenticated(1000)
		read := func() (status string) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL()+"/v1/payments/"+waits.PaymentKey, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.SetBasicAuth(fake.DefaultSecretKey, "")
			r.Header.Set("Idempotency-Key", "k")
			res, err := f.http.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var payment toss.Payment
			if err := json.NewDecoder(res.Body).Decode(&payment); err != nil {
				t.Fatal(err)
			}
			return string(payment.Status)
		}
		before := read()
		f.mustConfirm(waits)
		if after := read(); before != "IN_PROGRESS" || after != "DONE" {
			t.Errorf("read %s and then %s", before, after)
		}
	})
	t.Run("TellsShopsApart", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Authorize: func(string) bool { return true }})
		other, err := toss.New(toss.Options{BaseURL: f.URL(), SecretKey: "test_sk_other", HTTPClient: f.http})
		if err != nil {
			t.Fatal(err)
		}
		paid := f.paid(1000)
		for _, shop := range []*toss.Client{f.client, other} {
			if _, err := shop.Cancel(t.Context(), paid.PaymentKey, part, toss.IdempotencyKey("k")); err != nil {
				t.Fatal(err)
			}
		}
		f.wantHeld(paid.PaymentKey, 800)
	})
	t.Run("LastsFifteenDays", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Clock: stopped()})
		paid := f.paid(1000)
		cancel := func() {
			t.Helper()
			if _, err := f.client.Cancel(t.Context(), paid.PaymentKey, part, toss.IdempotencyKey("k")); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		f.Clock().Advance(15*24*time.Hour - time.Second)
		cancel()
		f.wantHeld(paid.PaymentKey, 900)
		f.Clock().Advance(time.Second)
		cancel()
		f.wantHeld(paid.PaymentKey, 800)
	})
	t.Run("RefusesMoreThan300Characters", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		paid := f.paid(1000)
		cancel := func(keyLength int) error {
			key := toss.IdempotencyKey(strings.Repeat("k", keyLength))
			_, err := f.client.Cancel(t.Context(), paid.PaymentKey, part, key)
			return err
		}
		wantRefusal(t, cancel(301), 400, toss.CodeInvalidIdempotencyKey)
		if err := cancel(300); err != nil {
			t.Error(err)
		}
	})
	t.Run("RefusesASecondRequestWhileTheFirstIsUnderWay", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Clock: stopped()})
		waits := f.authenticated(1000)
		f.Faults().MustAdd(fault.Plan{Kind: fault.Stall, Path: "/v1/payments/confirm", Delay: minute})
		first := make(chan error, 1)
		go func() {
			_, err := f.confirm(waits, toss.IdempotencyKey("k"))
			first <- err
		}()
		f.until("the first is done", func() bool { return f.get(waits.PaymentKey).Status == toss.StatusDone })
		_, err := f.confirm(waits, toss.IdempotencyKey("k"))
		wantRefusal(t, err, 409, toss.CodeIdempotentProcessing)
		f.until("its answer is stalled", func() bool { f.Clock().Advance(time.Minute); return len(first) > 0 })
		if err := <-first; err != nil {
			t.Error(err)
		}
		if _, err := f.confirm(waits, toss.IdempotencyKey("k")); err != nil {
			t.Errorf("after the first one's answer: %v", err)
		}
		f.wantHeld(waits.PaymentKey, 1000)
	})
	t.Run("SurvivesALostAnswer", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real})
		waits := f.authenticated(1000)
		// Twice: net/http repeats a request with this header by itself.
		f.Faults().MustAdd(fault.Plan{Kind: fault.Lose, Path: "/v1/payments/confirm", Times: 2})
		if _, err := f.confirm(waits, toss.IdempotencyKey("k")); err == nil {
			t.Fatal("the answer should have been lost")
		}
		f.wantHeld(waits.PaymentKey, 1000)
		f.Faults().Clear()
		got, err := f.confirm(waits, toss.IdempotencyKey("k"))
		if must(t, got, err).Status != toss.StatusDone {
			t.Errorf("got %s", got.Status)
		}
		f.wantHeld(waits.PaymentKey, 1000)
	})
}
