package iamport

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
)

// RealURL is where the real Iamport answers.
const RealURL = "https://api.iamport.kr"

const (
	// requestTimeout is generous: a card network may take long, and giving up
	// on a charge leaves a question behind.
	requestTimeout = 60 * time.Second
	maxAnswerBytes = 4 << 20
)

// Options of New. Key and Secret are those of the shop's console.
type Options struct {
	BaseURL    string // RealURL when empty
	Key        string
	Secret     string
	HTTPClient *http.Client     // one with a timeout of a minute when nil
	Now        func() time.Time // time.Now when nil
}

// String hides the keys from whoever prints the options.
func (o Options) String() string { return "iamport at " + o.BaseURL }

// GoString hides the keys from whoever prints the options.
func (o Options) GoString() string { return o.String() }

// Client calls Iamport in the name of one shop. It is safe for concurrent use.
type Client struct {
	options Options
	session session
}

// New returns a client. It fetches its token with the first call.
func New(o Options) *Client {
	if o.BaseURL == "" {
		o.BaseURL = RealURL
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: requestTimeout}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Client{options: o}
	c.session = newSession(c.fetchToken, o.Now)
	return c
}

// call is one request to the gateway. Values, body and into may be nil.
type call struct {
	method string
	path   string   // a template, such as /payments/{imp_uid}
	values []string // what takes the places in it
	body   any
	into   any
}

// address is the path with the values, each as one segment.
func (q call) address() string {
	address := q.path
	for _, value := range q.values {
		before, rest, _ := strings.Cut(address, "{")
		_, after, _ := strings.Cut(rest, "}")
		address = before + url.PathEscape(value) + after // which escapes braces, too
	}
	return address
}

// String names the call in errors, without the values: a customer_uid is a billing
// key, and no log may hold one.
func (q call) String() string {
	name, _, _ := strings.Cut(q.path, "?")
	return q.method + " " + name
}

// do makes an authorized call. A token from an earlier call may have been
// forgotten by the gateway meanwhile; such a refusal did nothing, so the call is
// made once more with a new one.
func (c *Client) do(ctx context.Context, q call) error {
	token, fresh, err := c.session.token(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", q, err)
	}
	err = c.send(ctx, q, token)
	if !fresh && refusesToken(err) {
		c.session.forget(token)
		if token, _, err = c.session.token(ctx); err == nil {
			err = c.send(ctx, q, token)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", q, err)
	}
	return nil
}

func refusesToken(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal) && refusal.RefusesToken()
}

// send makes one HTTP request. token may be empty.
func (c *Client) send(ctx context.Context, q call, token string) error {
	request, err := c.newRequest(ctx, q, token)
	if err != nil {
		return err
	}
	response, err := c.options.HTTPClient.Do(request)
	if err != nil {
		return cause(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return decode(response.StatusCode, body, q.into)
}

func (c *Client) newRequest(ctx context.Context, q call, token string) (*http.Request, error) {
	var body io.Reader
	if q.body != nil {
		encoded, err := json.Marshal(q.body)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, q.method, c.options.BaseURL+q.address(), body)
	if err != nil {
		return nil, cause(err)
	}
	if q.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		// Without "Bearer", which the reference fake does not know; the real
		// gateway takes both.
		request.Header.Set("Authorization", token)
	}
	return request, nil
}

func decode(status int, body []byte, into any) error {
	if status < 200 || status > 299 {
		return newError(status, body)
	}
	if into == nil && len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	var envelope Envelope
	if err := json.Unmarshal(body, &envelope); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}
	if envelope.Code != 0 {
		return newError(status, body)
	}
	if into == nil {
		return nil
	}
	if len(envelope.Response) == 0 || string(envelope.Response) == "null" {
		return &Error{Status: status, Message: "success without a response", Body: body}
	}
	if err := json.Unmarshal(envelope.Response, into); err != nil {
		return fmt.Errorf("decode the response: %w", err)
	}
	return nil
}

// cause takes off the url.Error, which repeats method and address, with the values.
func cause(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
