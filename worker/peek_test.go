package worker_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/fault"
)

// hesitant stands before a PG. It refunds and keeps the answer to itself; of the
// looks that follow it answers the first one late, and the second one not at all.
type hesitant struct {
	door            *door
	refund, look    func(*http.Request) bool
	refunded, speak chan struct{}
	beforeFirstLook func()
	mu              sync.Mutex
	refunds, looked int
}

func (h *hesitant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	answer := h.door.pass(r, body)
	refund, look := h.count(r)
	switch {
	case refund == 1:
		close(h.refunded)
		<-h.speak
	case look == 1:
		h.beforeFirstLook()
	case look == 2:
		badGateway(w, r)
		return
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = io.Copy(w, bytes.NewReader(answer.Body.Bytes()))
}

// count returns the how manieth refund it is, and the how manieth look after one.
func (h *hesitant) count(r *http.Request) (refund, look int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.refund(r):
		h.refunds++
		return h.refunds, 0
	case h.look(r) && h.refunds > 0:
		h.looked++
		return 0, h.looked
	}
	return 0, 0
}

// TestCancel_LookedAtWhileTheRecordChanges: who repeats a cancel that is under way
// finds it done at the PG; but the record changes before that is written, and then
// the PG is away. That is no fault of ours, and nobody is told so.
func TestCancel_LookedAtWhileTheRecordChanges(t *testing.T) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			w := newSurroundings(t)
			address := &w.tossURL
			if code == api.Iamport {
				address = &w.iamportURL
			}
			h := &hesitant{
				door: newDoor(t, *address), refund: byMethod(cancelPath(code)), look: byMethod(lookPath(code)),
				refunded: make(chan struct{}), speak: make(chan struct{}),
				beforeFirstLook: func() { w.sql(`UPDATE payments.payment_histories SET revision = revision + 1`) },
			}
			gateway := httptest.NewServer(h)
			t.Cleanup(gateway.Close)
			*address = gateway.URL
			w.open()
			w.plan(code, fault.Plan{Kind: fault.LoseWebhook, Times: fault.Always}) // nobody else looks

			source := w.source()
			w.mustStore(w.storing(code, w.pay(code, source.ID, 9000), source, 9000))
			cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "once"}
			key := uuid.NewString()
			first := make(chan answered, 1)
			go func() {
				defer close(first)
				status, body := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel)
				first <- answered{status, body}
			}()
			<-h.refunded
			status, body := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel)
			var p api.Problem
			if err := json.Unmarshal(body, &p); err != nil || status != http.StatusConflict || p.Code != "in_progress" {
				t.Errorf("meanwhile: told %d %s", status, body)
			}
			close(h.speak)
			if a := <-first; a.status != http.StatusOK {
				t.Fatalf("the first one was told %d %s", a.status, a.body)
			}
			if done := w.untilDone("PUT", "/payments/histories/cancel", key, cancel); len(done.Cancels) != 1 {
				t.Errorf("%d cancels, want 1", len(done.Cancels))
			} else {
				w.agree(code, done)
			}
		})
	}
}
