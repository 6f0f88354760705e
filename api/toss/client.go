// Package toss calls Toss Payments, the real gateway at api.tosspayments.com
// and the fake one of fakes/toss alike, and holds the types of what they say.
// Of its requests they take the members that they know: the reference's fake has
// a few that the real gateway ignores.
//
// It sends each call once and reports what came of it. It never decides what an
// error means for the payment, never repeats a call and never verifies a
// webhook: a caller who moves money must do that with its own records.
package toss

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultBaseURL is where the real gateway answers. Its SDK is in version 2, its
// REST paths still begin with /v1.
const DefaultBaseURL = "https://api.tosspayments.com"

// defaultTimeout leaves the card companies the minute they may take: an
// approval that was cut off earlier is an approval of which nobody knows.
const defaultTimeout = 65 * time.Second

// maxBody bounds what is read of an answer; a payment is about two kilobytes.
const maxBody = 4 << 20

// Options configure a Client.
type Options struct {
	BaseURL    string       // default DefaultBaseURL
	SecretKey  string       // required: test_sk_…, live_sk_…, test_gsk_…
	HTTPClient *http.Client // default: one with a timeout that follows no redirects
}

// Client calls one gateway on behalf of one shop. It is safe for concurrent use.
type Client struct {
	base          *url.URL
	authorization string
	http          *http.Client
}

// New returns a Client that is ready to call. It does not connect yet.
func New(o Options) (*Client, error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("toss base URL %q is not an absolute URL", o.BaseURL)
	}
	if o.SecretKey == "" {
		return nil, errors.New("toss secret key is empty")
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: defaultTimeout, CheckRedirect: refuseRedirect}
	}
	// The colon is mandatory: the key is the user name of an empty password.
	credentials := base64.StdEncoding.EncodeToString([]byte(o.SecretKey + ":"))
	return &Client{base: base, authorization: "Basic " + credentials, http: o.HTTPClient}, nil
}

// refuseRedirect hands a redirect to the caller as the answer it is: following
// one would repeat a payment, and its secret key, at another address.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// CallOption changes one call.
type CallOption func(http.Header)

// IdempotencyKey lets a POST be repeated without being executed twice. Toss
// remembers the first answer, errors included, for 15 days per key, API key,
// URL and method. It does not look at the body, so a key must never be shared
// by two payments; 300 characters at most.
//
// net/http itself repeats a request with this header when the connection dies
// under it, which the key makes harmless.
func IdempotencyKey(key string) CallOption {
	return func(h http.Header) { h.Set("Idempotency-Key", key) }
}

// TestCode asks the gateway to fail with an error code of choice. The real one
// obeys with test keys only.
func TestCode(code string) CallOption {
	return func(h http.Header) { h.Set("TossPayments-Test-Code", code) }
}

func (c *Client) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out, nil)
}

func (c *Client) post(ctx context.Context, path string, in, out any, options []CallOption) error {
	return c.call(ctx, http.MethodPost, path, in, out, options)
}

// call sends in and decodes the answer into out. Neither may appear in an error:
// they hold card numbers, billing keys and names.
func (c *Client) call(ctx context.Context, method, path string, in, out any, options []CallOption) error {
	req, err := c.request(ctx, method, path, in, options)
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxBody {
		return fmt.Errorf("the answer is longer than %d bytes", maxBody)
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusCreated {
		return newError(res.StatusCode, body)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}
	return nil
}

func (c *Client) request(
	ctx context.Context, method, path string, in any, options []CallOption,
) (*http.Request, error) {
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.base.String(), "/")+path, body)
	if err != nil {
		return nil, withoutURL(err)
	}
	req.Header.Set("Authorization", c.authorization)
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, option := range options {
		option(req.Header)
	}
	return req, nil
}

// withoutURL drops the address that net/http puts into its errors: a billing
// key is part of the path, and no log may hold one.
func withoutURL(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}

// segment escapes one path segment, such as a payment key.
func segment(s string) string { return "/" + url.PathEscape(s) }
