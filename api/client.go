package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/samchon/payments-server/api/wire"
)

const (
	// attemptTimeout is longer than the server waits for a gateway, a minute: an
	// answer is worth more than a repetition.
	attemptTimeout = 90 * time.Second
	// idleTimeout is shorter than the server's and that of the usual load
	// balancers, so that no request meets a connection that is being closed.
	idleTimeout = 50 * time.Second
	// idleConnections to the one server; net/http keeps two.
	idleConnections = 64
	// maxBody bounds an answer or a webhook. A record is a few KiB.
	maxBody = 8 << 20
)

// Options of New. All but HTTPClient are required.
type Options struct {
	BaseURL       string // of the server, with or without /payments: https://payments.internal:37821
	EncryptionKey string // the deployment's API_ENCRYPTION_KEY
	EncryptionIV  string // the deployment's API_ENCRYPTION_IV
	// HTTPClient is one of the Client's own when nil, which gives each attempt a
	// minute and a half. One that is given should follow no redirects: they turn
	// a POST into a GET.
	HTTPClient *http.Client
}

// String hides the key from whoever prints the options.
func (o Options) String() string { return "payments-server at " + o.BaseURL }

// GoString hides the key from whoever prints the options.
func (o Options) GoString() string { return o.String() }

// Client calls a payments-server. It is safe for concurrent use; one is enough
// for a process.
//
// A request that may succeed later is sent again, a few times within seconds:
// after a broken connection, and when the server says that a gateway's or the
// database's answer is still out. A write carries an Idempotency-Key, so that
// none is carried out twice. (The original payments-server knows no such keys:
// a cancel that is sent again there refunds again.) All of it ends with the
// context.
//
// The error of a request that the server refused wraps a *Problem; IsCode asks
// for the reason.
type Client struct {
	base  string
	codec *wire.Codec
	http  *http.Client
}

// New returns a Client that is ready to call. It does not connect yet.
func New(o Options) (*Client, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("payments-server client: BaseURL is not an absolute http or https URL")
	}
	codec, err := wire.NewCodec(o.EncryptionKey, o.EncryptionIV)
	if err != nil {
		return nil, fmt.Errorf("payments-server client: %w", err)
	}
	if o.HTTPClient == nil {
		o.HTTPClient = newHTTPClient()
	}
	trimmed := strings.TrimSuffix(strings.TrimRight(o.BaseURL, "/"), "/payments")
	return &Client{base: trimmed, codec: codec, http: o.HTTPClient}, nil
}

func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout:       attemptTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			ForceAttemptHTTP2:   true,
			TLSHandshakeTimeout: 10 * time.Second,
			IdleConnTimeout:     idleTimeout,
			MaxIdleConnsPerHost: idleConnections,
		},
	}
}

// CloseIdleConnections closes what no request uses at the moment. The Client
// remains usable.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// call is one operation.
type call struct {
	name    string // says in errors what was attempted
	method  string
	path    string
	in, out any    // out is nil where the answer is empty and not sealed
	key     string // lets a write be repeated
}

func (c *Client) do(ctx context.Context, q call) error {
	if err := c.exchange(ctx, q); err != nil {
		return fmt.Errorf("%s: %w", q.name, err)
	}
	return nil
}

// exchange sends a call until it has an answer that will not get better.
func (c *Client) exchange(ctx context.Context, q call) error {
	body, err := c.seal(q.in)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		answer, err := c.send(ctx, q, body)
		if err == nil {
			return c.open(answer, q.out)
		}
		if err := pause(ctx, attempt, err); err != nil {
			return err
		}
	}
}

func (c *Client) seal(in any) ([]byte, error) {
	if in == nil {
		return nil, nil
	}
	plain, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	return c.codec.Seal(nil, plain), nil
}

// open reads an answer. What is wrong with it is not told in detail: it is a
// customer's payment.
func (c *Client) open(answer []byte, out any) error {
	if out == nil {
		return nil
	}
	plain, err := c.codec.Open(nil, answer)
	// By chance, one of 256 answers under another key ends in padding as it should.
	if err != nil || !json.Valid(plain) {
		return errors.New("the answer cannot be opened: has the server another key or IV?")
	}
	if err := json.Unmarshal(plain, out); err != nil {
		return fmt.Errorf("the answer is not a %T", out)
	}
	return nil
}

// send makes one attempt. Its error is a *Problem where the server answered.
func (c *Client) send(ctx context.Context, q call, body []byte) (answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, q.method, c.base+q.path, bytes.NewReader(body))
	if err != nil {
		return nil, withoutURL(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "text/plain")
	}
	if q.key != "" {
		request.Header.Set("Idempotency-Key", q.key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(http.MaxBytesReader(nil, response.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusCreated {
		return nil, readProblem(response, answer)
	}
	return answer, nil
}

// withoutURL takes off what net/http says of method and address: the name of the
// call says it better, and keeps ids of records out of logs.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
