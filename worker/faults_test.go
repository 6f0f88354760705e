package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/ledger"
)

// moneyFaults are what can happen to a request that moves money, and to its answer.
var moneyFaults = []fault.Plan{
	{Kind: fault.Drop},
	{Kind: fault.Reject, Status: http.StatusServiceUnavailable},
	{Kind: fault.Reject, Status: http.StatusTooManyRequests},
	{Kind: fault.Lose},
	{Kind: fault.Truncate},
	{Kind: fault.Fail, Status: http.StatusInternalServerError},
	{Kind: fault.Fail, Status: http.StatusBadGateway},
}

// plan lets a vendor's fake misbehave.
func (w *world) plan(code api.VendorCode, p fault.Plan) {
	if code == api.Iamport {
		w.fakeIamport.Faults().MustAdd(p)
		return
	}
	w.fakeToss.Faults().MustAdd(p)
}

// calm ends all faults.
func (w *world) calm() {
	w.fakeIamport.Faults().Clear()
	w.fakeToss.Faults().Clear()
}

func (w *world) truth(code api.VendorCode) *ledger.Ledger {
	if code == api.Iamport {
		return w.fakeIamport.Ledger()
	}
	return w.fakeToss.Ledger()
}

// agree fails unless the PG moved just as much money as we have on record.
func (w *world) agree(code api.VendorCode, h seen) {
	w.t.Helper()
	_, truth := w.truth(code).Payment(h.Vendor.UID)
	refund := money.Amount{}
	if h.Refund != nil {
		refund = *h.Refund
	}
	if !truth.Captured.Equal(h.Price) || !truth.Refunded.Equal(refund) {
		w.t.Errorf("the PG captured %v and refunded %v, our record says %v and %v", truth.Captured, truth.Refunded, h.Price,
			refund)
	}
}

func capturePath(code api.VendorCode) fault.Plan {
	if code == api.Iamport {
		return fault.Plan{Method: "GET", Path: "/payments/*"}
	}
	return fault.Plan{Method: "POST", Path: "/v1/payments/confirm"}
}

func cancelPath(code api.VendorCode) fault.Plan {
	if code == api.Iamport {
		return fault.Plan{Method: "POST", Path: "/payments/cancel"}
	}
	return fault.Plan{Method: "POST", Path: "/v1/payments/*/cancel"}
}

// on aims a fault at a path.
func (w *world) on(path, f fault.Plan, code api.VendorCode) {
	f.Method, f.Path = path.Method, path.Path
	w.plan(code, f)
}

func TestFaults_ClientAsksAgain(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		for _, f := range moneyFaults {
			t.Run(fmt.Sprintf("%s %d", f.Kind, f.Status), func(t *testing.T) {
				source := w.source()
				in := w.storing(code, w.pay(code, source.ID, 9000), source, 9000)
				w.on(capturePath(code), f, code)
				stored := w.untilDone("POST", "/payments/histories", uuid.NewString(), in)
				if stored.PaidAt == nil {
					t.Error("stored without being paid")
				}
				w.agree(code, stored)

				w.on(cancelPath(code), f, code)
				cancelled := w.untilDone("PUT", "/payments/histories/cancel", uuid.NewString(), api.CancelHistory{
					Source: source, Password: somePassword, Price: money.New(2500), Reason: "a fault",
				})
				if len(cancelled.Cancels) != 1 {
					t.Errorf("%d cancels, want 1", len(cancelled.Cancels))
				}
				w.agree(code, cancelled)
				eventually(t, "one webhook of the one change", func() bool { return len(w.service.heardOf(stored.ID)) == 1 })
			})
		}
	})
}

// TestFaults_UnreadablePayment: Iamport has captured in the customer's browser, and
// refuses to show it for a while. That is no refusal of the payment, and no answer
// to keep for a day.
func TestFaults_UnreadablePayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, f := range map[string]fault.Plan{
		"with 200": {Kind: fault.Reject, Code: "-1", Message: "일시적인 오류입니다."},
		"with 400": {Kind: fault.Reject, Status: http.StatusBadRequest},
		"with 410": {Kind: fault.Reject, Status: http.StatusGone},
	} {
		t.Run(name, func(t *testing.T) {
			own := *w
			own.t = t
			source := own.source()
			in := own.storing(api.Iamport, own.iamportCard(source.ID, 9000), source, 9000)
			own.on(capturePath(api.Iamport), f, api.Iamport)
			own.agree(api.Iamport, own.untilDone("POST", "/payments/histories", uuid.NewString(), in))
		})
	}
}

// TestFaults_UnreadableBillingKey: the same of a card, where no money is involved.
func TestFaults_UnreadableBillingKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	in := api.StoreReservation{
		Vendor: api.Vendor{Code: api.Iamport, UID: w.billingKey(api.Iamport, source.ID), StoreID: "test-store"},
		Source: source, Title: "some-title", Password: somePassword,
	}
	w.plan(api.Iamport, fault.Plan{Kind: fault.Reject, Code: "-1", Method: "GET", Path: "/subscribe/customers/*"})
	if status, answer := w.keyedCall("POST", "/payments/reservations", "key", in); status != http.StatusBadGateway {
		t.Errorf("while it cannot be read: got %d %s", status, answer)
	}
	if status, answer := w.keyedCall("POST", "/payments/reservations", "key", in); status != http.StatusCreated {
		t.Errorf("afterwards: got %d %s", status, answer)
	}
}

// TestFaults_MissingForNow: Toss says that there is no such payment, while it may yet
// confirm it. The answer has the status of its own code, and not of Toss's.
func TestFaults_MissingForNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	in := w.storing(api.Toss, w.tossCard(source.ID, 9000), source, 9000)
	w.on(capturePath(api.Toss), fault.Plan{Kind: fault.Reject, Status: http.StatusBadGateway}, api.Toss)
	w.plan(api.Toss, fault.Plan{Kind: fault.Reject, Status: http.StatusNotFound, Times: fault.Always,
		Method: "GET", Path: "/v1/payments/*"})
	for range 2 {
		if p := w.call("POST", "/payments/histories", in, &seen{}); p == nil || p.Code != "pg_outcome_unknown" ||
			p.Status != http.StatusBadGateway || p.PG != nil {
			t.Errorf("got %v", p)
		}
	}
	w.calm()
	w.agree(api.Toss, w.untilDone("POST", "/payments/histories", uuid.NewString(), in))
}

// TestFaults_RefundedAndUnreadable: Toss repeats that it has refunded, under a reason in
// its own words, and then says that there is no such payment. It has not refused.
func TestFaults_RefundedAndUnreadable(t *testing.T) {
	t.Parallel()
	w := newSurroundings(t)
	proxy := httputil.NewSingleHostReverseProxy(mustv(url.Parse(w.tossURL))(t))
	between := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		body = bytes.ReplaceAll(body, []byte("in our words"), []byte("in its words"))
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(answer, r)
	}))
	t.Cleanup(between.Close)
	w.tossURL = between.URL
	w.open()
	source := w.source()
	w.mustStore(w.storing(api.Toss, w.tossCard(source.ID, 9000), source, 9000))
	w.fakeToss.SetWebhookURL("http://127.0.0.1:1/") // which would tell of the refund
	in := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "in our words"}
	w.on(cancelPath(api.Toss), fault.Plan{Kind: fault.Lose, Times: fault.Always}, api.Toss)
	if p := w.call("PUT", "/payments/histories/cancel", in, &seen{}); p == nil || p.Code != "pg_outcome_unknown" {
		t.Fatalf("while the answer is lost: %v", p)
	}
	w.calm()
	w.sql(`UPDATE payments.payment_intents SET held_until = now(), doubt_until = now()`)
	w.plan(api.Toss, fault.Plan{Kind: fault.Reject, Status: http.StatusNotFound, Method: "GET", Path: "/v1/payments/*"})
	if p := w.call("PUT", "/payments/histories/cancel", in, &seen{}); p == nil || p.Code != "pg_outcome_unknown" {
		t.Fatalf("while it cannot be read: %v", p)
	}
	var refunded seen
	if p := w.call("PUT", "/payments/histories/cancel", in, &refunded); p != nil {
		t.Fatalf("afterwards: %v", p)
	}
	w.agree(api.Toss, refunded)
}

// untilDone is a well-behaved client: it repeats what had no clear outcome.
func (w *world) untilDone(method, path, key string, in any) (out seen) {
	w.t.Helper()
	eventually(w.t, "an outcome of "+method+" "+path, func() bool {
		status, answer := w.keyedCall(method, path, key, in)
		if status < 300 {
			must(w.t, json.Unmarshal(mustv(w.codec.Open(nil, answer))(w.t), &out))
			return true
		}
		var p api.Problem
		must(w.t, json.Unmarshal(answer, &p))
		if p.Code != "pg_outcome_unknown" && p.Code != "in_progress" {
			w.t.Fatalf("%s %s: %v", method, path, &p)
		}
		return false
	})
	return out
}

func TestFaults_ClientGivesUp(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		in := w.storing(code, w.pay(code, source.ID, 9000), source, 9000)
		w.on(capturePath(code), fault.Plan{Kind: fault.Lose, Times: fault.Always}, code)
		if p := w.call("POST", "/payments/histories", in, &seen{}); p == nil || p.Status != 502 ||
			p.Code != "pg_outcome_unknown" {
			t.Fatalf("got %v, want an unknown outcome", p)
		}
		w.calm()
		var resolved seen
		eventually(t, "the resolver's record", func() bool {
			return w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword},
				&resolved) == nil
		})
		w.agree(code, resolved)

		w.on(cancelPath(code), fault.Plan{Kind: fault.Lose, Times: fault.Always}, code)
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "gone"}
		if p := w.call("PUT", "/payments/histories/cancel", cancel, &seen{}); p == nil || p.Code != "pg_outcome_unknown" {
			t.Fatalf("got %v, want an unknown outcome", p)
		}
		w.calm()
		eventually(t, "the resolver's cancel", func() bool {
			w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &resolved)
			return len(resolved.Cancels) == 1
		})
		w.agree(code, resolved)
	})
}

func TestFaults_ClientHangsUp(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		slow := fault.Plan{Kind: fault.Stall, Delay: clock.Duration(time.Second), RealTime: true}
		source := w.source()
		w.on(capturePath(code), slow, code)
		w.hangUp("POST", "/payments/histories", w.storing(code, w.pay(code, source.ID, 3000), source, 3000),
			func() bool { return w.struck(code, fault.Stall) == 1 })
		var h seen
		eventually(t, "the record of a client who hung up", func() bool {
			return w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword},
				&h) == nil
		})
		w.agree(code, h)

		w.on(cancelPath(code), slow, code)
		w.hangUp("PUT", "/payments/histories/cancel", api.CancelHistory{
			Source: source, Password: somePassword, Price: money.New(1000), Reason: "in a hurry",
		}, func() bool { return w.struck(code, fault.Stall) == 2 })
		eventually(t, "the refund of a client who hung up", func() bool {
			w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &h)
			return len(h.Cancels) == 1
		})
		w.agree(code, h)
	})
}

// hangUp sends a request, and hangs up as soon as the PG has heard of it.
func (w *world) hangUp(method, path string, in any, heard func() bool) {
	w.t.Helper()
	ctx, hangUp := context.WithCancel(w.t.Context())
	defer hangUp()
	request, failed := w.request(method, path, mustv(json.Marshal(in))(w.t)).WithContext(ctx), make(chan error, 1)
	go func() {
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			answer.Body.Close()
		}
		failed <- err
	}()
	eventually(w.t, "the request at the PG", heard)
	hangUp()
	if err := <-failed; err == nil {
		w.t.Fatalf("%s %s was answered before the client hung up", method, path)
	}
}

func TestFaults_WebhookOfADeposit(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		for _, f := range []fault.Plan{
			{Kind: fault.DuplicateWebhook},
			{Kind: fault.LateWebhook, Delay: clock.Duration(300 * time.Millisecond)},
			{Kind: fault.ReorderWebhook}, // it leaves after that of the refund
		} {
			t.Run(string(f.Kind), func(t *testing.T) {
				source := w.source()
				uid, deposit := w.virtualAccount(code, source.ID, 6000)
				stored := w.mustStore(w.storing(code, uid, source, 6000))
				w.plan(code, f)
				deposit()
				changes := 1
				if f.Kind != fault.ReorderWebhook {
					eventually(t, "the deposit", func() bool { return len(w.service.heardOf(stored.ID)) == 1 })
					changes = 2
				}
				refunded := w.untilDone("PUT", "/payments/histories/cancel", uuid.NewString(), api.CancelHistory{
					Source: source, Password: somePassword, Price: money.New(6000), Reason: "sold out",
					Account: &api.RefundAccount{Bank: "신한은행", Account: "110123456789", Holder: "홍길동"},
				})
				must(t, w.fakeIamport.WaitWebhooks(t.Context()))
				must(t, w.fakeToss.WaitWebhooks(t.Context()))
				eventually(t, "nothing left to do", func() bool { return w.unfinishedJobs() == 0 })
				if n := len(w.service.heardOf(stored.ID)); n != changes || refunded.PaidAt == nil {
					t.Errorf("%d webhooks of %d changes, paid at %v", n, changes, refunded.PaidAt)
				}
				w.agree(code, refunded)
			})
		}
	})
}

func TestFaults_UndoIsFinished(t *testing.T) {
	t.Parallel()
	for _, f := range moneyFaults {
		t.Run(fmt.Sprintf("%s %d", f.Kind, f.Status), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			source := w.source()
			uid := w.iamportCard(source.ID, 20000)
			w.on(cancelPath(api.Iamport), f, api.Iamport)
			p := w.call("POST", "/payments/histories", w.storing(api.Iamport, uid, source, 100), &seen{})
			if p == nil || p.Code != "pg_outcome_unknown" && p.Code != "price_mismatch" {
				t.Fatalf("got %v", p)
			}
			eventually(t, "the refund", func() bool {
				_, truth := w.truth(api.Iamport).Payment(uid)
				return truth.Refunded.Equal(truth.Captured) && truth.Captured.Equal(money.New(20000))
			})
		})
	}
}
