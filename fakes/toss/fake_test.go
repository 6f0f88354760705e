package toss_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	fake "github.com/samchon/payments-server/fakes/toss"
)

// patience is how long a test waits for what must come; a busy machine is slow.
const patience = 30 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a fake that listens, and a shop that calls it.
type fixture struct {
	*fake.Server
	client *toss.Client
	http   *http.Client
	t      *testing.T
}

func start(t *testing.T, o fake.Options) fixture {
	t.Helper()
	server := fake.New(o)
	if err := server.Listen(""); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	browser := &http.Client{Transport: transport}
	client, err := toss.New(toss.Options{BaseURL: server.URL(), SecretKey: fake.DefaultSecretKey, HTTPClient: browser})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		transport.CloseIdleConnections()
	})
	return fixture{server, client, browser, t}
}

// inStyles runs a test against a fresh fake of each style.
func inStyles(t *testing.T, test func(t *testing.T, f fixture, style fake.Style)) {
	t.Helper()
	for name, style := range map[string]fake.Style{"Reference": fake.Reference, "Real": fake.Real} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t, fake.Options{Style: style, Clock: stopped()}), style)
		})
	}
}

func stopped() *clock.Clock {
	return clock.NewStopped(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
}

func card(amount int64) toss.CardPayment {
	return toss.CardPayment{
		OrderID: uuid.NewString(), OrderName: "티셔츠", Amount: money.New(amount),
		CardNumber: "4330123412341234", CardExpirationYear: "28", CardExpirationMonth: "03",
	}
}

// paid is a card payment that is done.
func (f fixture) paid(amount int64) *toss.Payment {
	f.t.Helper()
	payment, err := f.client.KeyIn(f.t.Context(), card(amount))
	return must(f.t, payment, err)
}

// authenticated is a card payment that waits to be confirmed.
func (f fixture) authenticated(amount int64) *toss.Payment {
	f.t.Helper()
	in := card(amount)
	in.Approved = new(bool)
	payment, err := f.client.KeyIn(f.t.Context(), in)
	return must(f.t, payment, err)
}

// account is a virtual account that waits for its deposit.
func (f fixture) account(amount int64) *toss.Payment {
	f.t.Helper()
	payment, err := f.client.CreateVirtualAccount(f.t.Context(), toss.VirtualAccountRequest{
		OrderID: uuid.NewString(), OrderName: "티셔츠", Bank: "신한", CustomerName: "홍길동", Amount: money.New(amount),
	})
	return must(f.t, payment, err)
}

func (f fixture) get(paymentKey string) *toss.Payment {
	f.t.Helper()
	payment, err := f.client.GetPayment(f.t.Context(), paymentKey)
	return must(f.t, payment, err)
}

func (f fixture) confirm(p *toss.Payment, options ...toss.CallOption) (*toss.Payment, error) {
	in := toss.Confirmation{PaymentKey: p.PaymentKey, OrderID: p.OrderID, Amount: p.TotalAmount}
	return f.client.Confirm(f.t.Context(), in, options...)
}

func must[T any](t *testing.T, value T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func amount(units int64) *money.Amount {
	a := money.New(units)
	return &a
}

// wantRefusal checks an error of the gateway. In the reference's style a code
// of "" is expected, and in the real one a status of 0 means any.
func wantRefusal(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refusal *toss.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal with %d %s", err, status, code)
	}
	if (status != 0 && refusal.Status != status) || refusal.Code != code {
		t.Errorf("got %d %q, want %d %q", refusal.Status, refusal.Code, status, code)
	}
	if len(refusal.Body) == 0 {
		t.Error("the body is empty, which the first generation of clients takes for a success")
	}
}

// wantHeld checks how much of a payment's money the fake truly holds.
func (f fixture) wantHeld(paymentKey string, want int64) {
	f.t.Helper()
	if _, totals := f.Ledger().Payment(paymentKey); !totals.Balance().Equal(money.New(want)) {
		f.t.Errorf("the ledger holds %s, want %d", totals.Balance(), want)
	}
}

// inbox is a shop's webhook address that answers as it is told.
type inbox struct {
	URL      string
	messages chan message
}

type message struct {
	header http.Header
	body   map[string]any
}

func newInbox(t *testing.T, answer func(n int) int) *inbox {
	t.Helper()
	box := &inbox{messages: make(chan message, 100)}
	received := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		m := message{header: r.Header}
		if err := json.Unmarshal(raw, &m.body); err != nil {
			t.Errorf("webhook %s: %v", raw, err)
		}
		received++ // one at a time: the tests have one payment, whose webhooks are in order
		w.WriteHeader(answer(received))
		box.messages <- m
	}))
	t.Cleanup(server.Close)
	box.URL = server.URL
	return box
}

func always(status int) func(int) int { return func(int) int { return status } }

func (b *inbox) next(t *testing.T) message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case m := <-b.messages:
		return m
	case <-ctx.Done():
		t.Fatal("no webhook came")
		return message{}
	}
}

// settle waits until everything on its way has arrived, and counts it.
func (b *inbox) settle(t *testing.T, f fixture) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := f.WaitWebhooks(ctx); err != nil {
		t.Fatal(err)
	}
	return len(b.messages)
}
