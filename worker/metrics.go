package worker

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/samchon/payments-server/internal/gateway"
	"github.com/samchon/payments-server/internal/password"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/tracing"
	"github.com/samchon/payments-server/internal/webhook"
	"github.com/samchon/payments-server/supervisor/ledger"
)

// Upper bounds of durations, in seconds. Acquirers take up to a minute; a service has 15 s to take a webhook.
var (
	requestBounds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
	pgBounds      = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
	webhookBounds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15}
)

// metrics counts what this worker does in the supervisor's ledger, where it outlives the worker. Every label has one of
// a few values that are known beforehand: no id, path, store or price is among them.
type metrics struct {
	ledger    *ledger.Ledger
	requests  cells[requestSeries, ledger.Counter]
	durations cells[string, ledger.Histogram] // by route
	pgCalls   map[pgSeries]ledger.Counter
	pgTook    map[pgSeries]ledger.Histogram // by vendor and operation
	attempts  map[webhook.State]ledger.Counter
	attempt   ledger.Histogram
	settled   map[payment.IntentState]ledger.Counter
	passwords passwordCounts
}

type requestSeries struct {
	route, method string
	code          int
}

type pgSeries struct {
	vendor    payment.VendorCode
	operation string
	outcome   gateway.Outcome
}

// newMetrics enters at once what can be: a series that begins with its first event hides that event from rate().
func newMetrics(l *ledger.Ledger) *metrics {
	m := &metrics{
		ledger:  l,
		pgCalls: map[pgSeries]ledger.Counter{}, pgTook: map[pgSeries]ledger.Histogram{},
		attempts: map[webhook.State]ledger.Counter{}, settled: map[payment.IntentState]ledger.Counter{},
	}
	m.requests.enter = func(s requestSeries) ledger.Counter {
		return l.Counter("payments_http_requests_total", "Requests to the API that were answered.",
			"route", s.route, "method", s.method, "code", strconv.Itoa(s.code))
	}
	m.durations.enter = func(route string) ledger.Histogram {
		return l.Histogram("payments_http_request_duration_seconds",
			"Time from a request's headers to the end of its answer.",
			requestBounds, "route", route)
	}
	for state, outcome := range map[webhook.State]string{
		webhook.Delivered: "delivered", webhook.Pending: "retried", webhook.Dead: "dead",
	} {
		m.attempts[state] = l.Counter("payments_webhook_attempts_total",
			"Attempts to deliver a webhook to a service, by what became of the webhook.", "outcome", outcome)
	}
	m.attempt = l.Histogram("payments_webhook_attempt_duration_seconds", "Time that a service took to answer a webhook.",
		webhookBounds)
	for _, state := range []payment.IntentState{payment.StateDone, payment.StateDeclined, payment.StateUndone,
		payment.StateManual} {
		m.settled[state] = l.Counter("payments_intents_settled_total",
			"Requests to payment gateways whose outcome was written down; manual ones wait for a person.",
			"outcome", string(state))
	}
	m.passwords.enter(l)
	return m
}

func (m *metrics) enterPG(vendor payment.VendorCode) {
	for _, operation := range gateway.Operations {
		m.pgTook[pgSeries{vendor: vendor, operation: operation}] = m.ledger.Histogram("payments_pg_request_duration_seconds",
			"Time that a payment gateway took to answer.", pgBounds, "vendor", string(vendor), "operation", operation)
		for _, outcome := range gateway.Outcomes {
			m.pgCalls[pgSeries{vendor, operation, outcome}] = m.ledger.Counter("payments_pg_requests_total",
				"Calls to payment gateways.", "vendor", string(vendor), "operation", operation, "outcome", string(outcome))
		}
	}
}

// ofSupervisor reports whether a request is none of a client's: the supervisor's come over a unix socket.
func ofSupervisor(r *http.Request) bool {
	at, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && at.Network() == "unix"
}

// request counts one of a client that was answered.
func (m *metrics) request(r *http.Request, status int, took time.Duration) {
	if ofSupervisor(r) {
		return
	}
	if status == 0 { // the handler left it to net/http
		status = http.StatusOK
	}
	pattern := route(r)
	m.requests.of(requestSeries{pattern, methodLabel(r.Method), status}).Inc()
	m.durations.of(pattern).Observe(took.Seconds())
}

// methodLabel keeps what clients make up out of the metrics.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions:
		return method
	}
	return "other"
}

// gateway counts the calls to a PG, and makes spans of them.
func (m *metrics) gateway(vendor payment.VendorCode, g payment.Gateway) payment.Gateway {
	m.enterPG(vendor)
	return gateway.Observed(g, func(ctx context.Context, operation string) (context.Context, func(gateway.Outcome)) {
		began := time.Now()
		ctx, span := tracing.Child(ctx, string(vendor)+" "+operation)
		return ctx, func(outcome gateway.Outcome) {
			m.pgCalls[pgSeries{vendor, operation, outcome}].Inc()
			m.pgTook[pgSeries{vendor: vendor, operation: operation}].Observe(time.Since(began).Seconds())
			span.SetAttributes(attribute.String("outcome", string(outcome)))
			tracing.End(span, outcome == gateway.Unknown)
		}
	})
}

func (m *metrics) webhook(a webhook.Attempt) {
	m.attempts[a.State].Inc()
	if a.Took > 0 { // some end before anybody is asked
		m.attempt.Observe(a.Took.Seconds())
	}
}

func (m *metrics) intent(settled payment.IntentState) { m.settled[settled].Inc() }

// passwordCounts carries the verifier's own counts over to the ledger.
type passwordCounts struct {
	hits, misses, wrong, refused ledger.Counter

	mu   sync.Mutex
	last password.Stats
}

func (c *passwordCounts) enter(l *ledger.Ledger) {
	counter := func(outcome string) ledger.Counter {
		return l.Counter("payments_password_checks_total",
			"Passwords looked at: remembered (hit), computed (miss), refused for too many wrong ones.", "outcome", outcome)
	}
	c.hits, c.misses, c.refused = counter("hit"), counter("miss"), counter("refused")
	c.wrong = l.Counter("payments_passwords_wrong_total", "Passwords that were computed and found wrong.")
}

func (c *passwordCounts) carry(now password.Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last.Hits += grow(c.hits, c.last.Hits, now.Hits)
	c.last.Misses += grow(c.misses, c.last.Misses, now.Misses)
	c.last.Failures += grow(c.wrong, c.last.Failures, now.Failures)
	c.last.Refused += grow(c.refused, c.last.Refused, now.Refused)
}

// grow adds what has come since; another may have carried more in the meantime.
func grow(c ledger.Counter, last, now uint64) uint64 {
	if now <= last {
		return 0
	}
	c.Add(now - last)
	return now - last
}

// cells keeps the ledger's cells that were asked for: to find one there takes a lock.
type cells[K comparable, C any] struct {
	enter func(K) C
	known sync.Map
}

func (c *cells[K, C]) of(key K) C {
	if known, ok := c.known.Load(key); ok {
		return known.(C)
	}
	entered := c.enter(key)
	c.known.Store(key, entered)
	return entered
}
