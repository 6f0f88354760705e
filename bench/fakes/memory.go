package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"

	"github.com/samchon/payments-server/bench/httpload"
	"github.com/samchon/payments-server/fakes/iamport"
	"github.com/samchon/payments-server/fakes/toss"
)

const (
	payments  = 1_000_000
	looks     = 10   // at the heap, while the payments are made
	fullAfter = 2    // by then a fake keeps as many payments as it ever will
	tolerance = 1.05 // of what the heap may be above that
)

// watchMemory makes payments at each fake, in this process and without a
// network, and looks at the heap on the way.
func watchMemory(ctx context.Context) error {
	fmt.Printf("\n%30s", "HEAP IN MB AFTER PAYMENTS")
	for look := 1; look <= looks; look++ {
		fmt.Printf("%9d", payments/looks*look)
	}
	fmt.Println()
	for _, payer := range []func() (*payer, error){iamportPayer, tossPayer} {
		p, err := payer()
		if err != nil {
			return err
		}
		if err := p.watch(ctx); err != nil {
			return fmt.Errorf("the memory of the %s: %w", p.name, err)
		}
	}
	return nil
}

// payer makes card payments at a handler.
type payer struct {
	name    string
	handler http.Handler
	path    string
	body    string // %d is the order
	header  http.Header
}

func iamportPayer() (*payer, error) {
	server := iamport.New(iamport.Options{})
	p := &payer{
		name: "fake Iamport", handler: server.Handler(), path: "/users/getToken",
		header: http.Header{"Content-Type": {"application/json"}},
	}
	login, err := p.send(fmt.Sprintf(`{"imp_key":%q,"imp_secret":%q}`, iamport.DefaultKey, iamport.DefaultSecret))
	if err != nil {
		return nil, err
	}
	p.path, p.body = "/subscribe/payments/onetime", iamportCard
	p.header.Set("Authorization", httpload.Member(login, "access_token"))
	return p, nil
}

func tossPayer() (*payer, error) {
	request, err := http.NewRequest(http.MethodPost, "/", nil)
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth(toss.DefaultSecretKey, "")
	server := toss.New(toss.Options{})
	return &payer{
		name: "fake Toss Payments", handler: server.Handler(),
		path: "/v1/payments/key-in", body: tossCard, header: request.Header,
	}, nil
}

func (p *payer) watch(ctx context.Context) error {
	fmt.Printf("%30s", p.name)
	var full float64
	for look := 1; look <= looks; look++ {
		if err := p.pay(ctx); err != nil {
			return err
		}
		now := heapMB()
		fmt.Printf("%9.1f", now)
		if look == fullAfter {
			full = now
		}
		if look > fullAfter && now > full*tolerance {
			return fmt.Errorf("grew from %.1f MB to %.1f MB", full, now)
		}
	}
	fmt.Println()
	return nil
}

func (p *payer) pay(ctx context.Context) error {
	for order := range payments / looks {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := p.send(fmt.Sprintf(p.body, order)); err != nil {
			return err
		}
	}
	return nil
}

func (p *payer) send(body string) ([]byte, error) {
	request, err := http.NewRequest(http.MethodPost, p.path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = p.header
	w := response{header: make(http.Header)}
	p.handler.ServeHTTP(&w, request)
	if w.status >= 300 {
		return nil, fmt.Errorf("POST %s: %d %s", p.path, w.status, w.body)
	}
	return w.body, nil
}

// response is an http.ResponseWriter without a network behind it.
type response struct {
	header http.Header
	status int
	body   []byte
}

func (r *response) Header() http.Header    { return r.header }
func (r *response) WriteHeader(status int) { r.status = status }
func (r *response) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return len(b), nil
}

func heapMB() float64 {
	runtime.GC()
	runtime.GC() // the first one only queues what finalizers and pools hold
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
