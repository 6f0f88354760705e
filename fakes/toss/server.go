// Package toss is a fake of Toss Payments: a server that its published clients
// cannot tell from the real one, whose clock, faults and books a test controls.
//
// It moves no money, verifies no card and keeps nothing on disk. It imitates
// neither the risk rules of card companies nor the gateway's settlements.
//
// Two styles are on offer where its sources disagree. Reference answers as
// samchon's fake-toss-payments-server does, which the published clients and the
// payments server's contract rely on. Real answers as api.tosspayments.com does.
// What the reference lacks altogether is there in both, and answers as the real
// one does.
package toss

import (
	"context"
	"net/http"
	"sync"
	"time"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/courier"
	"github.com/samchon/payments-server/fakes/internal/host"
	"github.com/samchon/payments-server/fakes/ledger"
)

// DefaultSecretKey is the one the reference accepts.
const DefaultSecretKey = "test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy"

// DefaultCapacity is how many payments a fake remembers. The real gateway
// forgets none; this one forgets the oldest, so that it can run for ever.
const DefaultCapacity = 20_000

// Style says whom to imitate where the reference and the real gateway differ.
type Style int

// Reference is the default.
const (
	Reference Style = iota
	Real
)

// Options configure a fake. The zero value is ready.
type Options struct {
	Style      Style
	SecretKey  string       // default DefaultSecretKey
	WebhookURL string       // "" sends nothing
	Clock      *clock.Clock // default: one that runs with real time

	// DepositCallback subscribes to the flat DEPOSIT_CALLBACK as well. Each event
	// of a virtual account then comes twice, as at the real gateway.
	DepositCallback bool

	Capacity int           // payments to remember; default DefaultCapacity
	Age      time.Duration // forget them after this long; default never
}

// Server is a fake Toss Payments. Make one with New and end it with Close.
type Server struct {
	style     Style
	secretKey string
	clock     *clock.Clock
	faults    *fault.Plans
	ledger    *ledger.Ledger
	courier   *courier.Courier
	replays   *replays
	handler   http.Handler
	host      *host.Host

	depositCallback bool

	mu    sync.Mutex // guards the books
	books books
}

// New returns a fake that is ready to handle requests, but does not listen yet.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		style:           o.Style,
		secretKey:       o.SecretKey,
		clock:           o.Clock,
		faults:          new(fault.Plans),
		ledger:          ledger.New(o.Clock.Now, o.Capacity, o.Capacity),
		courier:         newCourier(o),
		replays:         newReplays(o.Clock.Now, o.Capacity),
		depositCallback: o.DepositCallback,
		books:           newBooks(o),
	}
	s.handler = s.routes()
	return s
}

func (o Options) withDefaults() Options {
	if o.SecretKey == "" {
		o.SecretKey = DefaultSecretKey
	}
	if o.Clock == nil {
		o.Clock = clock.New()
	}
	if o.Capacity == 0 {
		o.Capacity = DefaultCapacity
	}
	return o
}

// Handler serves the fake, for a server of the caller's own.
func (s *Server) Handler() http.Handler { return s.handler }

// Listen serves the fake on a loopback address until Close; "" is a random port.
func (s *Server) Listen(address string) error {
	if address == "" {
		address = host.RandomPort
	}
	h, err := host.Listen(address, s.handler)
	if err != nil {
		return err
	}
	s.host = h
	return nil
}

// URL is where the fake listens, without a slash at the end.
func (s *Server) URL() string { return s.host.URL() }

// Close ends listening, and webhooks that are not delivered yet.
func (s *Server) Close() error {
	var err error
	if s.host != nil {
		err = s.host.Close()
	}
	s.courier.Close()
	panel{s}.Reset() // ends the timers of payments that would expire
	return err
}

// Clock is the fake's time.
func (s *Server) Clock() *clock.Clock { return s.clock }

// Faults are the lies it is told to tell.
func (s *Server) Faults() *fault.Plans { return s.faults }

// Ledger is the truth behind them.
func (s *Server) Ledger() *ledger.Ledger { return s.ledger }

// SetWebhookURL directs the webhooks from now on; "" sends them nowhere.
func (s *Server) SetWebhookURL(url string) { s.courier.SetURL(url) }

// WaitWebhooks waits until none is queued or being sent. Those that wait for their
// time on the clock do not count.
func (s *Server) WaitWebhooks(ctx context.Context) error { return s.courier.Wait(ctx) }

// Reset forgets every payment, request, fault and webhook.
func (s *Server) Reset() {
	panel{s}.Reset()
	s.faults.Clear()
	s.ledger.Clear()
	s.courier.Clear()
}

// now is the fake's time as this style writes it.
func (s *Server) now() api.Time { return s.moment(s.clock.Now()) }

func (s *Server) moment(t time.Time) api.Time {
	if s.style == Real {
		return api.Time{Time: t.In(api.KST)}
	}
	return api.Time{Time: t.UTC()}
}
