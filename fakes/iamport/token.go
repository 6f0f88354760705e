package iamport

import (
	"net/http"
	"strings"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/fault"
)

// A token asked for in its last minute lives five longer: so the real one's
// reference says of /users/getToken.
const (
	prolongWithin = time.Minute
	prolongBy     = 5 * time.Minute
)

type credentials struct {
	Key    string `json:"imp_key"`
	Secret string `json:"imp_secret"`
}

type token struct {
	key     string
	expires time.Time
}

// getToken gives the shop's current token again as long as it lives, as the
// real Iamport does.
func (s *Server) getToken(r *http.Request) (any, error) {
	c, err := decode[credentials](s, r)
	if err != nil {
		return nil, err
	}
	if !s.options.Authorize(c.Key, c.Secret) {
		return nil, unauthorized("Wrong authorization key values.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	value, t := s.currentToken(c.Key, now)
	return api.Token{AccessToken: value, Now: s.stamp(now), ExpiredAt: s.stamp(t.expires)}, nil
}

func (s *Server) currentToken(key string, now time.Time) (string, token) {
	value, _ := s.kept.tokenOf.Get(key)
	t, known := s.kept.tokens.Get(value)
	left := t.expires.Sub(now)
	switch {
	case !known || left <= 0:
		value, t = newUID(), token{key, now.Add(s.options.TokenLife)}
	case left <= prolongWithin:
		t.expires = t.expires.Add(prolongBy)
	}
	s.kept.tokens.Put(value, t)
	s.kept.tokenOf.Put(key, value)
	return value, t
}

// authorized lets a call pass that carries a token, bare as the published
// clients send it, or after "Bearer" as the real Iamport documents it.
func (s *Server) authorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.checkToken(r); err != nil {
			s.writeError(w, err)
			return
		}
		next(w, r)
	}
}

func (s *Server) checkToken(r *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault.FromContext(r.Context()).Has(fault.ExpireToken) {
		s.kept.tokens.Clear()
	}
	value := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if value == "" {
		return unauthorized("No authorization token exists.")
	}
	t, known := s.kept.tokens.Get(value)
	switch {
	case !known:
		return unauthorized("The token is unknown.")
	case !s.clock.Now().Before(t.expires):
		return unauthorized("The token has been expired.")
	}
	return nil
}
