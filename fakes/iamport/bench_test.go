package iamport_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/samchon/payments-server/fakes/iamport"
)

// BenchmarkServer measures requests over loopback, the load generator included,
// beside a bare handler that reads the same body and answers the same bytes.
// The figure to compare is requests/s.
func BenchmarkServer(b *testing.B) {
	server := iamport.New(iamport.Options{})
	if err := server.Listen(""); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Close() })
	shop := &load{base: server.URL(), http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	b.Cleanup(shop.http.CloseIdleConnections)
	shop.login(b)
	sample := shop.pay(b)

	b.Run("Bare", func(b *testing.B) {
		answer := shop.send(b, http.MethodGet, "/payments/"+sample, "")
		bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(answer)
		}))
		b.Cleanup(bare.Close)
		beside := &load{base: bare.URL, http: shop.http}
		beside.run(b, func() { beside.pay(b) })
	})
	b.Run("Pay", func(b *testing.B) { shop.run(b, func() { shop.pay(b) }) })
	b.Run("Read", func(b *testing.B) {
		paid := shop.pay(b) // the sample may be forgotten by now
		shop.run(b, func() { shop.send(b, http.MethodGet, "/payments/"+paid, "") })
	})
	b.Run("PayReadCancel", func(b *testing.B) { shop.run(b, func() { shop.story(b) }) })
}

// load calls a server with as little of a client as possible.
type load struct {
	base   string
	token  string
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

func (l *load) login(b *testing.B) {
	keys := fmt.Sprintf(`{"imp_key":%q,"imp_secret":%q}`, iamport.DefaultKey, iamport.DefaultSecret)
	var answer struct {
		Response struct {
			AccessToken string `json:"access_token"`
		}
	}
	if err := json.Unmarshal(l.send(b, http.MethodPost, "/users/getToken", keys), &answer); err != nil {
		b.Fatal(err)
	}
	l.token = answer.Response.AccessToken
}

// pay returns the imp_uid.
func (l *load) pay(b *testing.B) string {
	body := fmt.Sprintf(`{"merchant_uid":"order-%d","amount":1000,"name":"책","card_number":"1111-2222-3333-4444",`+
		`"expiry":"2030-12","birth":"880311"}`, l.orders.Add(1))
	var answer struct {
		Response struct {
			ImpUID string `json:"imp_uid"`
		}
	}
	if err := json.Unmarshal(l.send(b, http.MethodPost, "/subscribe/payments/onetime", body), &answer); err != nil {
		b.Error(err)
	}
	return answer.Response.ImpUID
}

// story is what a payments server does with a payment.
func (l *load) story(b *testing.B) {
	impUID := l.pay(b)
	l.send(b, http.MethodGet, "/payments/"+impUID, "")
	l.send(b, http.MethodPost, "/payments/cancel", fmt.Sprintf(`{"imp_uid":%q,"amount":400,"checksum":1000,"reason":"변심"}`, impUID))
}

func (l *load) send(b *testing.B, method, path, body string) []byte {
	l.calls.Add(1)
	req, err := http.NewRequest(method, l.base+path, strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", l.token)
	res, err := l.http.Do(req)
	if err != nil {
		b.Error(err)
		return nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode > http.StatusCreated {
		b.Errorf("%s %s: %d %s %v", method, path, res.StatusCode, answer, err)
	}
	return answer
}
