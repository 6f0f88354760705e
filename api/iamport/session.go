package iamport

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// expiryMargin is how long before its end a token is replaced. In the last
// minute the real gateway prolongs a token that is asked for again.
const expiryMargin = 30 * time.Second

// session keeps the access token, and lets one caller at a time fetch it.
type session struct {
	fetch func(context.Context) (Token, error)
	now   func() time.Time
	lock  chan struct{} // held by the caller that sent; a mutex would not heed a context

	value string
	until time.Time
}

func newSession(fetch func(context.Context) (Token, error), now func() time.Time) session {
	return session{fetch: fetch, now: now, lock: make(chan struct{}, 1)}
}

// token returns an access token, and whether it was fetched just now.
func (s *session) token(ctx context.Context) (value string, fresh bool, err error) {
	select {
	case s.lock <- struct{}{}:
		defer func() { <-s.lock }()
	case <-ctx.Done():
		return "", false, ctx.Err()
	}
	if s.value != "" && s.now().Before(s.until) {
		return s.value, false, nil
	}
	asked := s.now()
	token, err := s.fetch(ctx)
	if err != nil {
		return "", false, err
	}
	// The gateway's own two times say how long it lives; whether its clock
	// agrees with ours does not matter. The reference fake's tokens are born
	// expired, and serve for one call each.
	s.value = token.AccessToken
	s.until = asked.Add(token.ExpiredAt.Sub(token.Now.Time) - expiryMargin)
	return s.value, true, nil
}

// forget drops a token that was refused, unless another caller has replaced it.
func (s *session) forget(value string) {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	if s.value == value {
		s.value = ""
	}
}

func (c *Client) fetchToken(ctx context.Context) (Token, error) {
	var token Token
	credentials := struct {
		Key    string `json:"imp_key"`
		Secret string `json:"imp_secret"`
	}{c.options.Key, c.options.Secret}
	err := c.send(ctx, call{http.MethodPost, "/users/getToken", nil, credentials, &token}, "")
	var refusal *Error
	if errors.As(err, &refusal) {
		refusal.ofToken = true
	}
	return token, err
}
