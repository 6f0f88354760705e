package iamport_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/fakes/iamport"
)

// TestMemory_StaysFlat fills a small fake many times over with everything it
// remembers. It is not parallel: it measures the process's heap.
func TestMemory_StaysFlat(t *testing.T) {
	const (
		keep   = 100
		rounds = 4 * keep
		growth = 100 << 10 // what may come and go by chance
	)
	// Nobody answers there, so that each webhook waits for its next attempt.
	server := iamport.New(iamport.Options{
		Keep: keep, KeepRequests: 10 * keep,
		WebhookURL: "http://127.0.0.1:1/", WebhookRetries: []time.Duration{24 * time.Hour},
	})
	t.Cleanup(func() { _ = server.Close() })
	shop := direct{t, server.Handler(), ""}
	shop.token = shop.send(http.MethodPost, "/users/getToken",
		fmt.Sprintf(`{"imp_key":%q,"imp_secret":%q}`, iamport.DefaultKey, iamport.DefaultSecret))["access_token"].(string)
	fill := func(filling int) uint64 {
		for i := range rounds {
			shop.remember(filling*rounds + i)
		}
		if err := server.WaitWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		return heap()
	}
	// The webhooks that are kept do not depend on keep, so the
	// first two fillings only bring the fake to its full size.
	fill(0)
	full := fill(1)
	for filling := 2; filling < 5; filling++ {
		if now := fill(filling); now > full+growth {
			t.Errorf("filling %d has the heap at %d bytes, up from %d", filling+1, now, full)
		}
	}
}

// direct calls a handler without a network.
type direct struct {
	*testing.T
	handler http.Handler
	token   string
}

// remember leaves a card with its customer, a receipt, a cancel, a prepared
// amount, an open payment window, and a virtual account with its timer.
func (d direct) remember(i int) {
	d.Helper()
	order := fmt.Sprintf(`"merchant_uid":"order-%d","amount":1000,"name":"책"`, i)
	paid := d.send(http.MethodPost, "/subscribe/payments/onetime",
		fmt.Sprintf(`{%s,"customer_uid":"customer-%d","card_number":"1-2-3-4","expiry":"2030-12","birth":"880311"}`, order, i))
	d.send(http.MethodPost, fmt.Sprintf("/receipts/%s", paid["imp_uid"]), fmt.Sprintf(`{"imp_uid":%q,"identifier":"1"}`, paid["imp_uid"]))
	d.send(http.MethodPost, "/payments/cancel", fmt.Sprintf(`{"imp_uid":%q,"amount":400,"checksum":1000,"reason":"변심"}`, paid["imp_uid"]))
	d.send(http.MethodPost, "/payments/prepare", fmt.Sprintf(`{"merchant_uid":"order-%d","amount":1000}`, i))
	d.send(http.MethodPost, "/checkout", "{"+order+"}")
	d.send(http.MethodPost, "/vbanks",
		fmt.Sprintf(`{%s,"vbank_code":"088","vbank_due":%d,"vbank_holder":"h"}`, order, time.Now().Add(time.Hour).Unix()))
}

func (d direct) send(method, path, body string) map[string]any {
	d.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", d.token)
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	var envelope struct{ Response map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || w.Code > http.StatusCreated {
		d.Fatalf("%s %s: %d %s %v", method, path, w.Code, w.Body, err)
	}
	return envelope.Response
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // the first one only queues what finalizers and pools hold
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
