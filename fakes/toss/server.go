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
	"sync/atomic"
	"time"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/courier"
	"github.com/samchon/payments-server/fakes/internal/host"
	"github.com/samchon/payments-server/fakes/internal/style"
	"github.com/samchon/payments-server/fakes/ledger"
)

// What a Server accepts and keeps when its Options say nothing else.
const (
	DefaultSecretKey = "test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy"
	// DefaultAddress is the port that the reference listens on.
	DefaultAddress = "127.0.0.1:30771"

	defaultKeep    = 20_000
	defaultKeepFor = 30 * 24 * time.Hour
	keepWebhooks   = 5_000
)

// Style says whom to imitate where the reference and the real gateway differ.
type Style = style.Style

// Reference is the default.
const (
	Reference = style.Reference
	Real      = style.Real
)

// Options configure a fake. The zero value is ready.
type Options struct {
	Style Style
	// Authorize decides on the secret keys; when nil there is DefaultSecretKey.
	Authorize func(secretKey string) bool
	// WebhookURL receives the webhooks. Empty: they are only logged.
	WebhookURL string
	// WebhookRetries holds the waits before further attempts. When nil the
	// Reference makes none, and Real those of the real gateway.
	WebhookRetries []time.Duration
	// DepositCallback subscribes to the flat DEPOSIT_CALLBACK as well. Each event
	// of a virtual account then comes twice, as at the real gateway.
	DepositCallback bool
	Keep            int           // payments, cards and so on to keep of each; 20,000 when 0
	KeepFor         time.Duration // and for how long on the fake's clock; 30 days when 0
	KeepRequests    int           // requests to keep in the ledger; 20,000 when 0
	Clock           *clock.Clock  // one of its own, running with real time, when nil
}

// Server is a fake Toss Payments. Make one with New and end it with Close.
type Server struct {
	options  Options
	clock    *clock.Clock
	faults   *fault.Plans
	ledger   *ledger.Ledger
	webhooks *courier.Courier
	replays  *replays
	handler  http.Handler
	port     host.Port
	settings atomic.Pointer[Settings]

	mu    sync.Mutex
	books books
}

// Webhook is a webhook that was sent, and what became of it.
type Webhook = courier.Delivery

// New returns a fake that is ready to handle requests, but does not listen yet.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		options: o,
		clock:   o.Clock,
		faults:  new(fault.Plans),
		ledger:  ledger.New(o.Clock.Now, ledger.Limits{Payments: o.Keep, Requests: o.KeepRequests}),
		replays: newReplays(o.Clock.Now, o.Keep),
		books:   newBooks(o),
	}
	s.settings.Store(o.settings())
	s.webhooks = s.newCourier()
	s.handler = s.routes()
	return s
}

func (o Options) withDefaults() Options {
	if o.Authorize == nil {
		o.Authorize = func(secretKey string) bool { return secretKey == DefaultSecretKey }
	}
	if o.Clock == nil {
		o.Clock = clock.New()
	}
	if o.Keep == 0 {
		o.Keep = defaultKeep
	}
	if o.KeepFor == 0 {
		o.KeepFor = defaultKeepFor
	}
	return o
}

// Handler serves the fake, for a server of the caller's own.
func (s *Server) Handler() http.Handler { return s.handler }

// Listen serves on an address, or on a random loopback port when it is empty.
func (s *Server) Listen(address string) error { return s.port.Listen(address, s.handler) }

// URL is where the fake listens, without a slash at the end. It panics before Listen.
func (s *Server) URL() string { return s.port.URL() }

// Done yields an error when the listener fails, and is closed when it has
// ended. It panics before Listen.
func (s *Server) Done() <-chan error { return s.port.Done() }

// Close stops listening, drops unsent webhooks and waits for what was running.
func (s *Server) Close() error {
	err := s.port.Close()
	s.webhooks.Close()
	s.Reset() // ends the timers of payments that would expire
	return err
}

// Clock is the fake's time.
func (s *Server) Clock() *clock.Clock { return s.clock }

// Faults are the lies it is told to tell.
func (s *Server) Faults() *fault.Plans { return s.faults }

// Ledger is the truth behind them.
func (s *Server) Ledger() *ledger.Ledger { return s.ledger }

// SetWebhookURL directs the webhooks from now on; "" sends them nowhere.
func (s *Server) SetWebhookURL(url string) { s.webhooks.SetURL(url) }

// Webhooks lists the webhooks so far, oldest first.
func (s *Server) Webhooks() []Webhook { return s.webhooks.Log() }

// WaitWebhooks waits until none is queued or being sent. Those that wait for their
// time on the clock do not count.
func (s *Server) WaitWebhooks(ctx context.Context) error { return s.webhooks.Wait(ctx) }

// Reset forgets all payments, cards, receipts, and answers to be repeated.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.books.clear()
	s.replays.clear()
}

// now is the fake's time as this style writes it.
func (s *Server) now() api.Time { return s.moment(s.clock.Now()) }

func (s *Server) moment(t time.Time) api.Time {
	if s.real() {
		return api.Time{Time: t.In(api.KST)}
	}
	return api.Time{Time: t.UTC()}
}
