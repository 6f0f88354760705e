package toss_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	fake "github.com/samchon/payments-server/fakes/toss"
)

// TestMemory_StaysFlat fills a small fake many times over with everything it
// remembers. It is not parallel: it measures the process's heap.
func TestMemory_StaysFlat(t *testing.T) {
	const (
		keep   = 100
		rounds = 20 * keep
		growth = 1 << 20 // what may come and go by chance
	)
	server := fake.New(fake.Options{Keep: keep, KeepRequests: 10 * keep, DepositCallback: true})
	t.Cleanup(func() { server.Close() })
	fill := func(from int) uint64 {
		for i := range rounds {
			remember(t, server.Handler(), from+i)
		}
		if err := server.WaitWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		return heap()
	}
	// The webhooks that are kept do not depend on keep, so the
	// first two fillings only bring the fake to its full size.
	fill(0)
	full := fill(rounds)
	for filling := 2; filling < 4; filling++ {
		if now := fill(filling * rounds); now > full+growth {
			t.Errorf("filling %d has the heap at %d bytes, up from %d", filling+1, now, full)
		}
	}
}

// remember leaves a virtual account with its timer, a cash receipt, a cancel, a
// card, and an answer to be repeated.
func remember(t *testing.T, handler http.Handler, i int) {
	t.Helper()
	var waits struct{ PaymentKey, OrderID string }
	order := fmt.Sprintf(`{"method":"virtual-account","orderId":"order-%d","orderName":"티셔츠","amount":1000,
		"bank":"신한","customerName":"홍길동"}`, i)
	if err := json.Unmarshal(post(t, handler, "/v1/virtual-accounts", order), &waits); err != nil {
		t.Fatal(err)
	}
	receipt := fmt.Sprintf(`{"type":"소득공제","paymentKey":%q,"orderId":%q,"orderName":"티셔츠",
		"registrationNumber":"01012345678","amount":1}`, waits.PaymentKey, waits.OrderID)
	post(t, handler, "/v1/cash-receipts", receipt)
	post(t, handler, "/v1/billing/authorizations/card", `{"customerKey":"c","cardNumber":"4330123412341234",
		"cardExpirationYear":"28","cardExpirationMonth":"03","cardPassword":"12","customerBirthday":"880311"}`)
	if i%2 == 0 { // the others keep their timers
		post(t, handler, "/v1/payments/"+waits.PaymentKey+"/cancel", `{"paymentKey":"","cancelReason":"변심"}`)
	}
}

func post(t *testing.T, handler http.Handler, path, body string) []byte {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.SetBasicAuth(fake.DefaultSecretKey, "")
	r.Header.Set("Idempotency-Key", "k"+body)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	answer, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusCreated {
		t.Fatalf("%s: %d %s %v", path, w.Code, answer, err)
	}
	return answer
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // the first one only queues what finalizers and pools hold
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
