// Package iamport is a fake of Iamport (PortOne V1) that its published clients
// cannot tell from the one they were tested against. It keeps its payments in
// memory, sends webhooks, lies like a network when a fault plan says so, and
// writes down what really happened. It moves no money, checks no card, and does
// not imitate the screens of card companies; ../README.md lists what else it
// leaves out.
package iamport

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/control"
	"github.com/samchon/payments-server/fakes/internal/courier"
	"github.com/samchon/payments-server/fakes/internal/host"
	"github.com/samchon/payments-server/fakes/internal/style"
	"github.com/samchon/payments-server/fakes/internal/volatile"
	"github.com/samchon/payments-server/fakes/ledger"
)

// What a Server accepts and keeps when its Options say nothing else.
const (
	DefaultKey    = "test_imp_key"
	DefaultSecret = "test_imp_secret"
	// DefaultAddress is the port that the original fake listens on.
	DefaultAddress = "127.0.0.1:10851"

	defaultTokenLife = 30 * time.Minute // as the real one
	defaultKeep      = 50_000
	defaultKeepFor   = 30 * 24 * time.Hour
	keepWebhooks     = 1_000
)

// Style chooses whom to imitate where the real Iamport and the fake that the
// published clients were written against do not agree.
type Style = style.Style

const (
	// Reference imitates fake-iamport-server, which those clients expect.
	Reference = style.Reference
	// Real imitates api.iamport.kr: errors in envelopes, often with HTTP status
	// 200; whole seconds; a partly refunded payment stays paid; a merchant_uid
	// is paid once; no webhook of a cancel unless it asks for one.
	Real = style.Real
)

// Options of New; the zero value is a fake as the published clients expect it.
type Options struct {
	Style Style
	// Authorize decides on the keys; when nil they are DefaultKey and DefaultSecret.
	Authorize func(key, secret string) bool
	// WebhookURL receives the webhooks of payments without a notice_url.
	// Empty: they are only logged.
	WebhookURL string
	// WebhookRetries holds the waits before further attempts. The real Iamport
	// makes one attempt, or five a minute apart when the shop asks for it.
	WebhookRetries []time.Duration
	// WebhookForm sends webhooks as forms, as the real console can be set to.
	WebhookForm bool
	// Sandbox makes all payments those of a test channel, which look-ups do not
	// find unless they ask with include_sandbox=true.
	Sandbox      bool
	TokenLife    time.Duration // 30 minutes when 0
	Keep         int           // payments, cards and so on to keep of each; 50,000 when 0
	KeepFor      time.Duration // and for how long on the fake's clock; 30 days when 0
	KeepRequests int           // requests to keep in the ledger; 20,000 when 0
	Clock        *clock.Clock  // one of its own, running with real time, when nil
}

// Server is a fake Iamport. Make one with New, and Close it.
type Server struct {
	options  Options
	clock    *clock.Clock
	faults   *fault.Plans
	ledger   *ledger.Ledger
	webhooks *courier.Courier
	handler  http.Handler
	port     host.Port
	settings atomic.Pointer[Settings]

	mu   sync.Mutex
	kept state
}

// Webhook is a webhook that was sent, and what became of it.
type Webhook = courier.Delivery

// New returns a fake that answers through Handler, or after Listen on a port.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		options: o,
		clock:   o.Clock,
		faults:  &fault.Plans{CheckCode: checkCode},
		ledger:  ledger.New(o.Clock.Now, ledger.Limits{Payments: o.Keep, Requests: o.KeepRequests}),
	}
	s.settings.Store(o.settings())
	s.webhooks = courier.New(courier.Options{
		Clock: o.Clock, Faults: s.faults, Keep: keepWebhooks, URL: o.WebhookURL,
		Ladder: o.WebhookRetries, Retry: noAnswerOrServerError,
	})
	s.kept = newState(volatile.Limits{Count: o.Keep, Age: o.KeepFor}, s.clock.Now)
	s.handler = s.routes()
	return s
}

func (o Options) withDefaults() Options {
	if o.Authorize == nil {
		o.Authorize = func(key, secret string) bool { return key == DefaultKey && secret == DefaultSecret }
	}
	if o.TokenLife == 0 {
		o.TokenLife = defaultTokenLife
	}
	if o.Keep == 0 {
		o.Keep = defaultKeep
	}
	if o.KeepFor == 0 {
		o.KeepFor = defaultKeepFor
	}
	if o.Clock == nil {
		o.Clock = clock.New()
	}
	return o
}

// noAnswerOrServerError is what the real Iamport repeats a webhook after.
func noAnswerOrServerError(status int) bool { return status == 0 || status >= 500 }

// Handler answers the API, the control paths and the page for people.
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
	s.Reset() // ends the timers of virtual accounts
	return err
}

// Clock is the fake's time, to be moved.
func (s *Server) Clock() *clock.Clock { return s.clock }

// Faults plans what goes wrong.
func (s *Server) Faults() *fault.Plans { return s.faults }

// Ledger tells what really happened.
func (s *Server) Ledger() *ledger.Ledger { return s.ledger }

// Webhooks lists the webhooks so far, oldest first.
func (s *Server) Webhooks() []Webhook { return s.webhooks.Log() }

// WaitWebhooks returns when no webhook is under way. Those that wait for their
// time on the clock do not count.
func (s *Server) WaitWebhooks(ctx context.Context) error { return s.webhooks.Wait(ctx) }

// SetWebhookURL directs the webhooks from now on.
func (s *Server) SetWebhookURL(url string) { s.webhooks.SetURL(url) }

// Reset forgets all payments, cards, receipts, certifications and tokens.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.clear()
}

func (s *Server) workings() control.Workings {
	return control.Workings{Clock: s.clock, Faults: s.faults, Ledger: s.ledger, Courier: s.webhooks}
}
