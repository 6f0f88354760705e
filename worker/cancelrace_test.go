package worker_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
)

// cancelAtConsole refunds as the shop's clerk does, behind our back.
func (w *world) cancelAtConsole(code api.VendorCode, uid string, amount money.Amount, reason string) {
	w.t.Helper()
	if code == api.Iamport {
		mustv(w.iamport.Cancel(w.t.Context(), iamport.CancelRequest{ImpUID: uid, Amount: &amount, Reason: reason}))(w.t)
		return
	}
	mustv(w.toss.Cancel(w.t.Context(), uid, toss.Cancellation{CancelAmount: &amount, CancelReason: reason}))(w.t)
}

// A clerk has refunded as much for the same reason, and the PG's webhook was lost.
func TestCancel_IsNotTheClerksThatLooksLikeIt(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, code api.VendorCode) {
		t.Parallel()
		at := clock.NewStopped(time.Now().Add(-time.Minute))
		w := newSurroundingsAt(t, at)
		w.open()
		source := w.source()
		uid := w.pay(code, source.ID, 9000)
		w.mustStore(w.storing(code, uid, source, 9000))
		w.fakeIamport.SetWebhookURL("http://127.0.0.1:1/")
		w.fakeToss.SetWebhookURL("http://127.0.0.1:1/")
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(3000), Reason: "one of two came broken"}
		w.cancelAtConsole(code, uid, cancel.Price, cancel.Reason)
		at.Advance(time.Minute)
		var h seen
		if p := w.call("PUT", "/payments/histories/cancel", cancel, &h); p == nil || p.Code != "pg_declined" {
			t.Fatalf("it was refused by the PG, and the service is told %v", p)
		}
		if p := w.call("PUT", "/payments/histories/cancel", cancel, &h); p != nil {
			t.Fatal(p)
		}
		if w.agree(code, h); len(h.Cancels) != 2 {
			t.Errorf("%d refunds, want the clerk's and ours", len(h.Cancels))
		}
	}
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		t.Run(string(code), func(t *testing.T) { test(t, code) })
	}
}

// A PG may keep a reason in other words than it was given.
func TestCancel_AnswerLostOfAPGThatTrimsReasons(t *testing.T) {
	t.Parallel()
	w := newSurroundings(t)
	iamport := httputil.NewSingleHostReverseProxy(mustv(url.Parse(w.fakeIamport.URL()))(t))
	trims := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		text := mustv(io.ReadAll(r.Body))(t)
		text = bytes.ReplaceAll(text, []byte("changed his mind "), []byte("changed his mind"))
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
		iamport.ServeHTTP(answer, r)
	}))
	t.Cleanup(trims.Close)
	w.iamportURL = trims.URL
	w.open()
	source := w.source()
	w.mustStore(w.storing(api.Iamport, w.iamportCard(source.ID, 9000), source, 9000))
	w.fakeIamport.SetWebhookURL("http://127.0.0.1:1/")
	cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "changed his mind "}
	key := uuid.NewString()
	w.on(cancelPath(api.Iamport), fault.Plan{Kind: fault.Lose}, api.Iamport)
	if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel); status != http.StatusBadGateway {
		t.Fatalf("got %d %s, want an unknown outcome", status, answer)
	}
	w.sql(`UPDATE payments.payment_intents SET held_until = now(), doubt_until = now()`)
	if h := w.untilDone("PUT", "/payments/histories/cancel", key, cancel); len(h.Cancels) != 1 {
		t.Errorf("%d refunds, want 1", len(h.Cancels))
	} else {
		w.agree(api.Iamport, h)
	}
}

func TestCancel_AnswerLostAndThenAnotherRefund(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		uid := w.pay(code, source.ID, 9000)
		stored := w.mustStore(w.storing(code, uid, source, 9000))
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "ours"}
		key := uuid.NewString()
		w.on(cancelPath(code), fault.Plan{Kind: fault.Lose, Times: fault.Always}, code)
		if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel); status != 502 {
			t.Fatalf("got %d %s, want an unknown outcome", status, answer)
		}
		w.calm()
		w.cancelAtConsole(code, uid, money.New(1000), "at the console")
		eventually(t, "both refunds on record", func() bool {
			hooks := w.service.heardOf(stored.ID)
			return len(hooks) > 0 && len(hooks[len(hooks)-1].Current.Cancels) == 2
		})
		// What Toss repeats under the key is older than the record by now.
		if again := w.untilDone("PUT", "/payments/histories/cancel", key, cancel); len(again.Cancels) != 2 {
			t.Errorf("answered with %d refunds, want both", len(again.Cancels))
		} else {
			w.agree(code, again)
		}
	})
}

func TestCancel_OvertakenByItsRepetition(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
		cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "once"}
		key := uuid.NewString()
		w.on(cancelPath(code), fault.Plan{Kind: fault.Delay, Delay: clock.Duration(500 * time.Millisecond), RealTime: true},
			code)

		type answer struct {
			status int
			body   []byte
		}
		slow := make(chan answer, 1)
		go func() {
			defer close(slow)
			status, body := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel)
			slow <- answer{status, body}
		}()
		eventually(t, "the first request under way", func() bool { return w.openIntents() == 1 })
		repeated := w.untilDone("PUT", "/payments/histories/cancel", key, cancel)
		if a := <-slow; a.status != http.StatusOK {
			t.Errorf("the slow one was told %d %s, although it was refunded", a.status, a.body)
		}
		if len(repeated.Cancels) != 1 {
			t.Errorf("%d refunds, want 1", len(repeated.Cancels))
		}
		w.agree(code, repeated)
	})
}

func TestUndo_RepeatedWhileUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	uid := w.iamportCard(source.ID, 20000)
	wrong := w.storing(api.Iamport, uid, source, 100)
	slow := make(chan *api.Problem, 1)
	w.on(cancelPath(api.Iamport), fault.Plan{Kind: fault.Delay, Delay: clock.Duration(2 * time.Second),
		RealTime: true}, api.Iamport)
	go func() {
		defer close(slow)
		slow <- w.call("POST", "/payments/histories", wrong, &seen{})
	}()
	eventually(t, "the undo under way", func() bool {
		return w.count(`SELECT count(*) FROM payments.payment_intents WHERE state = 'undoing'`) == 1
	})
	if p := w.call("POST", "/payments/histories", wrong, &seen{}); p == nil || p.Code != "in_progress" {
		t.Errorf("meanwhile: got %v", p)
	}
	if p := <-slow; p == nil || p.Code != "price_mismatch" {
		t.Errorf("got %v", p)
	}
	if entries, truth := w.truth(api.Iamport).Payment(uid); !truth.Balance().IsZero() || len(entries) != 2 {
		t.Errorf("the PG holds %v after %v", truth.Balance(), entries)
	}
	if n := w.count(`SELECT count(*) FROM payments.payment_intents WHERE state = 'undone'`); n != 1 {
		t.Error("a person is asked to refund what was refunded")
	}
}
