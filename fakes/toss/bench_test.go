package toss_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

// BenchmarkServer measures requests over loopback, the load generator included,
// beside a bare handler that reads the same body and answers the same bytes.
// The figure to compare is requests/s.
func BenchmarkServer(b *testing.B) {
	server := fake.New(fake.Options{})
	if err := server.Listen(""); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { server.Close() })
	shop := &load{base: server.URL(), http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	b.Cleanup(shop.http.CloseIdleConnections)
	sample := shop.pay(b)

	b.Run("Bare", func(b *testing.B) {
		bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(sample.Raw)
		}))
		b.Cleanup(bare.Close)
		beside := &load{base: bare.URL, http: shop.http}
		beside.run(b, func() { beside.pay(b) })
	})
	b.Run("Pay", func(b *testing.B) { shop.run(b, func() { shop.pay(b) }) })
	b.Run("Read", func(b *testing.B) {
		paid := shop.pay(b)
		shop.run(b, func() { shop.send(b, http.MethodGet, "/v1/payments/"+paid.PaymentKey, "") })
	})
	b.Run("PayConfirmCancel", func(b *testing.B) { shop.run(b, func() { shop.story(b) }) })
}

// load calls a server with as little of a client as possible.
type load struct {
	base   string
	http   *http.Client
	orders atomic.Int64
	calls  atomic.Int64
}

func (l *load) run(b *testing.B, do func()) {
	l.calls.Store(0)
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			do()
		}
	})
	b.ReportMetric(float64(l.calls.Load())/b.Elapsed().Seconds(), "requests/s")
}

func (l *load) pay(b *testing.B) *toss.Payment { return l.keyIn(b, "true") }

func (l *load) keyIn(b *testing.B, approved string) *toss.Payment {
	body := fmt.Sprintf(`{"orderId":"order-%d","amount":1000,"cardNumber":"4330123412341234","cardExpirationYear":"28",`+
		`"cardExpirationMonth":"03","__approved":%s}`, l.orders.Add(1), approved)
	var payment toss.Payment
	if err := json.Unmarshal(l.send(b, http.MethodPost, "/v1/payments/key-in", body), &payment); err != nil {
		b.Error(err)
	}
	return &payment
}

// story is three requests, each of which changes the payment.
func (l *load) story(b *testing.B) {
	p := l.keyIn(b, "false")
	l.send(b, http.MethodPost, "/v1/payments/"+p.PaymentKey, `{"orderId":"`+p.OrderID+`","amount":1000}`)
	l.send(b, http.MethodPost, "/v1/payments/"+p.PaymentKey+"/cancel", `{"cancelReason":"변심","cancelAmount":400}`)
}

func (l *load) send(b *testing.B, method, path, body string) []byte {
	l.calls.Add(1)
	req, err := http.NewRequest(method, l.base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		b.Error(err)
		return nil
	}
	req.SetBasicAuth(fake.DefaultSecretKey, "")
	res, err := l.http.Do(req)
	if err != nil {
		b.Error(err)
		return nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode > 201 {
		b.Errorf("%s %s: %d %s %v", method, path, res.StatusCode, answer, err)
	}
	return answer
}
