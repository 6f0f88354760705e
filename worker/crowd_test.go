package worker_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// TestCrowd has everybody speak of the same payments at once: services that repeat
// themselves, and PGs, or who says to be one, that announce them before, while and
// after they are stored. All come to an end, each refund once, and nobody is told that
// the fault is ours.
func TestCrowd(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		const payments = 8
		var all sync.WaitGroup
		sources := make([]api.Source, payments)
		for n := range payments {
			sources[n] = w.source()
			all.Go(func() { w.crowd(code, sources[n]) })
		}
		all.Wait()
		for _, source := range sources {
			var h seen
			if p := w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &h); p != nil {
				t.Fatal(p)
			}
			if len(h.Cancels) != 2 {
				t.Errorf("%d refunds, want 2", len(h.Cancels))
			}
			w.agree(code, h)
		}
		t.Logf("%d deadlocks", w.count(`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`))
	})
}

// crowd stores a payment and refunds a part of it twice, each more than once at a time.
func (w *world) crowd(code api.VendorCode, source api.Source) {
	uid, deposit := w.virtualAccount(code, source.ID, 9000)
	deposit()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { w.rumour(code, uid, source.ID) })
	}
	w.repeat(3, "POST", "/payments/histories", uuid.NewString(), w.storing(code, uid, source, 9000))
	for n := range 2 {
		w.repeat(3, "PUT", "/payments/histories/cancel", uuid.NewString(), api.CancelHistory{
			Source: source, Password: somePassword, Price: money.New(1000), Reason: fmt.Sprint("part ", n),
			Account: &api.RefundAccount{Bank: "신한은행", Account: "110123456789", Holder: "홍길동", Mobile: "010-1234-5678"},
		})
	}
	all.Wait()
}

// repeat sends a request several times at once, until all have their answer.
func (w *world) repeat(times int, method, path, key string, in any) {
	var all sync.WaitGroup
	for range times {
		all.Go(func() {
			eventually(w.t, "an outcome of "+method+" "+path, func() bool {
				status, answer := w.keyedCall(method, path, key, in)
				if status < 300 {
					return true
				}
				var p api.Problem
				if err := json.Unmarshal(answer, &p); err == nil && slices.Contains(passing, p.Code) {
					return false
				}
				w.t.Errorf("%s %s: told %d %s", method, path, status, answer)
				return true
			})
		})
	}
	all.Wait()
}

// rumour announces a payment again and again.
func (w *world) rumour(code api.VendorCode, uid, orderID string) {
	bodies := []string{fmt.Sprintf(`{"imp_uid":%q,"merchant_uid":%q,"status":"paid"}`, uid, orderID)}
	path := "/payments/webhooks/iamport"
	if code == api.Toss {
		path = "/payments/webhooks/toss"
		secret := mustv(w.toss.GetPayment(w.t.Context(), uid))(w.t).Secret
		bodies = []string{
			fmt.Sprintf(`{"eventType":"PAYMENT_STATUS_CHANGED","data":{"paymentKey":%q,"orderId":%q,"status":"DONE"}}`, uid, orderID),
			fmt.Sprintf(`{"createdAt":"2026-01-01T00:00:00.000000","secret":%q,"status":"DONE","transactionKey":"t","orderId":%q}`, secret, orderID),
		}
	}
	for range 10 {
		for _, body := range bodies {
			answer, err := http.Post(w.url+path, "application/json", strings.NewReader(body))
			if err != nil {
				w.t.Errorf("%s: %v", path, err)
				return
			}
			_ = answer.Body.Close()
			if answer.StatusCode >= 300 && answer.StatusCode != http.StatusServiceUnavailable { // of a busy machine
				w.t.Errorf("%s: told %d", path, answer.StatusCode)
			}
		}
	}
}
