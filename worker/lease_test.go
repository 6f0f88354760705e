package worker_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/internal/payment"
)

// answered is what a client was told.
type answered struct {
	status int
	body   []byte
}

// slowly sends a request that the PG will only look at in a while, and returns
// when its intent is committed.
func (w *world) slowly(path fault.Plan, code api.VendorCode, method, to, key string, in any) <-chan answered {
	w.t.Helper()
	w.on(path, fault.Plan{Kind: fault.Delay, Delay: clock.Duration(700 * time.Millisecond), RealTime: true}, code)
	open := w.openIntents()
	answer := make(chan answered, 1)
	go func() {
		defer close(answer)
		status, body := w.keyedCall(method, to, key, in)
		answer <- answered{status, body}
	}()
	eventually(w.t, "the first request under way", func() bool {
		return w.openIntents() == open+1 && w.struck(code, fault.Delay) == 1
	})
	return answer
}

// struck counts the requests that a kind of fault has met.
func (w *world) struck(code api.VendorCode, kind fault.Kind) (n int) {
	plans := w.fakeToss.Faults()
	if code == api.Iamport {
		plans = w.fakeIamport.Faults()
	}
	for _, s := range plans.List() {
		if s.Kind == kind {
			n += s.Struck
		}
	}
	return n
}

// notRefused fails if the client was told that nothing was done, and never will be.
func notRefused(t *testing.T, status int, body []byte) {
	t.Helper()
	var p api.Problem
	if status >= 300 && json.Unmarshal(body, &p) == nil && p.Code == "pg_declined" {
		t.Errorf("told %d %s, while the first request was under way", status, body)
	}
}

// TestLease: while somebody's request to the PG is under way, nobody else's
// refusal tells what became of it.
func TestLease(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		refusal := fault.Plan{Kind: fault.Reject, Status: http.StatusBadRequest, Nth: 2, Times: fault.Always}
		source := w.source()
		store := w.storing(code, w.pay(code, source.ID, 9000), source, 9000)
		key := uuid.NewString()

		w.on(capturePath(code), refusal, code)
		first := w.slowly(capturePath(code), code, "POST", "/payments/histories", key, store)
		status, body := w.keyedCall("POST", "/payments/histories", key, store)
		notRefused(t, status, body)
		if a := <-first; a.status != http.StatusCreated {
			t.Fatalf("the first one was told %d %s", a.status, a.body)
		}
		w.calm()

		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "once"}
		key = uuid.NewString()
		w.on(cancelPath(code), refusal, code)
		first = w.slowly(cancelPath(code), code, "PUT", "/payments/histories/cancel", key, cancel)
		status, body = w.keyedCall("PUT", "/payments/histories/cancel", key, cancel)
		notRefused(t, status, body)
		if a := <-first; a.status != http.StatusOK {
			t.Errorf("the first one was told %d %s", a.status, a.body)
		}
		w.calm()
		w.agree(code, w.untilDone("PUT", "/payments/histories/cancel", key, cancel))
	})
}

// eachMortal runs a test once for each PG, with a worker that can be killed.
func eachMortal(t *testing.T, test func(t *testing.T, w *world, code api.VendorCode)) {
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			w := newSurroundings(t)
			w.spawn("")
			test(t, w, code)
		})
	}
}

// TestLease_SenderDies: what a dead worker has sent may reach the PG after its
// client has asked another worker.
func TestLease_SenderDies(t *testing.T) {
	t.Parallel()
	eachMortal(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
		w.on(cancelPath(code), fault.Plan{Kind: fault.Reject, Status: http.StatusBadRequest, Nth: 2}, code)
		w.on(cancelPath(code), fault.Plan{Kind: fault.Delay, Delay: clock.Duration(shortLease / 2), RealTime: true}, code)

		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "late"}
		key := uuid.NewString()
		w.hangUp("PUT", "/payments/histories/cancel", cancel, func() bool { return w.struck(code, fault.Delay) == 1 })
		w.spawn("")
		status, body := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel)
		notRefused(t, status, body)
		w.intentsSettle()
		var h seen
		w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &h)
		w.agree(code, h)
		if len(h.Cancels) != 1 {
			t.Errorf("%d cancels, want 1", len(h.Cancels))
		}
	})
}

// TestLease_RefusalInDoubt: the PG's front gives up on a request, and the PG
// carries it out later. Between the two it refuses a repetition.
func TestLease_RefusalInDoubt(t *testing.T) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			w := newSurroundings(t)
			gateway := w.before(code)
			w.open()
			source := w.source()
			w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))

			cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "late"}
			key := uuid.NewString()
			struck := make(chan struct{})
			gateway.arm(postpone, byMethod(cancelPath(code)), struck)
			if status, body := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel); status != http.StatusBadGateway {
				t.Fatalf("told %d %s by a front that gave up", status, body)
			}
			w.on(cancelPath(code), fault.Plan{Kind: fault.Reject, Status: http.StatusBadRequest}, code)
			for w.struck(code, fault.Reject) == 0 {
				status, body := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel)
				notRefused(t, status, body)
			}
			<-struck
			gateway.kept()
			if h := w.untilDone("PUT", "/payments/histories/cancel", key, cancel); len(h.Cancels) != 1 {
				t.Errorf("%d cancels, want 1", len(h.Cancels))
			} else {
				w.agree(code, h)
			}
		})
	}
}

// TestLease_RefusalIsFinalAfterIt: nobody waits for ever for a sender that died.
func TestLease_RefusalIsFinalAfterIt(t *testing.T) {
	t.Parallel()
	eachMortal(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
		w.on(cancelPath(code), fault.Plan{Kind: fault.Reject, Status: http.StatusBadRequest, Times: fault.Always}, code)
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "no"}
		key := w.dieOf(payment.StepCancelIntended, "PUT", "/payments/histories/cancel", cancel)
		eventually(t, "the refusal", func() bool {
			status, body := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel)
			var p api.Problem
			must(t, json.Unmarshal(body, &p))
			return status == http.StatusBadRequest && p.Code == "pg_declined"
		})
	})
}
