package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/propagation"

	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/internal/tracing"
)

const (
	attemptTimeout = 15 * time.Second
	connectTimeout = 3 * time.Second
	maxAnswer      = 64 << 10
)

// sender makes one attempt at a time.
type sender struct {
	client  *http.Client
	dialer  *net.Dialer // of the client
	secrets *webhooksig.Secrets
	timeout time.Duration
}

// result is how an attempt ended.
type result struct {
	Answer
	took       time.Duration
	retryAfter time.Duration
	err        error // nil if the service took it
	unsent     bool  // the service was not asked
}

func newSender(secrets *webhooksig.Secrets, allowed []netip.Prefix) *sender {
	dialer := &net.Dialer{Timeout: connectTimeout, ControlContext: guard{allowed}.control}
	transport := &http.Transport{
		Proxy:                  nil, // a proxy of the environment would dial past the guard
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    connectTimeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    hostShare,
		WriteBufferSize:        16 << 10, // a webhook leaves in one piece: each write wakes the service up
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxAnswer,
		DisableCompression:     true,
	}
	return &sender{dialer: dialer, secrets: secrets, timeout: attemptTimeout, client: &http.Client{
		Transport: transport,
		// What is meant for one address is not carried to another.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// post makes an attempt. Its errors name neither the URL, which may hold a
// token, nor anything of the body.
func (s *sender) post(ctx context.Context, id uuid.UUID, to *url.URL, body []byte) result {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return result{err: errors.New("webhook url makes no request")}
	}
	req.Header.Set("Content-Type", "text/plain")
	req.Header.Set("User-Agent", "payments-server")
	s.secrets.Sign(req.Header, id.String(), time.Now(), body)
	tracing.Headers.Inject(ctx, propagation.HeaderCarrier(req.Header))
	// net/http sends a POST again over a fresh connection, where an idle one turns
	// out to be closed, if it may be repeated; this says so, and is not sent.
	req.Header["X-Idempotency-Key"] = nil

	start := time.Now()
	resp, err := s.client.Do(req)
	if err != nil {
		return result{err: withoutURL(err), took: time.Since(start)}
	}
	defer func() { _ = resp.Body.Close() }()
	// The status is the answer. A body that breaks off changes nothing.
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	r := result{
		Answer: Answer{Status: resp.StatusCode, Body: clean(text)},
		took:   time.Since(start), retryAfter: retryAfter(resp, time.Now()),
	}
	if resp.StatusCode/100 != 2 {
		r.err = fmt.Errorf("service answered %d", resp.StatusCode)
	}
	return r
}

// verdict tells a host that is away from one that dislikes this webhook.
func (r result) verdict(ctx context.Context) verdict {
	switch r.Status {
	case 0:
		if r.unsent || ctx.Err() != nil {
			return noVerdict
		}
		return away
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return away
	}
	return present
}

func withoutURL(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// clean makes of text what PostgreSQL takes as text.
func clean(text []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(text), "\uFFFD"), "\x00", "\uFFFD")
}

// target parses a webhook's URL, if it is one to call at all.
func target(text string) (*url.URL, error) {
	to, err := url.Parse(text)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return nil, errors.New("webhook url is not http or https")
	}
	return to, nil
}
