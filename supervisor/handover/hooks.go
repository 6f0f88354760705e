package handover

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

type connKey struct{}

// hook puts us between net/http and the caller's server.
func (s *service) hook() {
	handler, state, connContext := s.srv.Handler, s.srv.ConnState, s.srv.ConnContext
	if handler == nil {
		handler = http.DefaultServeMux
	}
	s.health = &http.Server{Handler: s.worker.Inner, ReadHeaderTimeout: healthTimeout}
	if s.health.Handler == nil {
		s.health.Handler = handler
	}
	s.srv.Handler = s.sayClose(handler)
	if s.tls {
		secure(s.srv)
	}
	s.srv.ConnState = func(nc net.Conn, cs http.ConnState) {
		if c := ours(nc); c != nil {
			c.changed(cs)
		}
		if state != nil {
			state(nc, cs)
		}
	}
	s.srv.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
		if connContext != nil {
			ctx = connContext(ctx, nc)
		}
		return context.WithValue(ctx, connKey{}, ours(nc))
	}
}

// ours finds the wrapper, under TLS too.
func ours(nc net.Conn) *conn {
	switch above := nc.(type) {
	case secured:
		return above.conn
	case *tls.Conn:
		nc = above.NetConn()
	}
	c, _ := nc.(*conn)
	return c
}

// sayClose tells clients to come back elsewhere, before their handler can write headers: a header that is out without
// it is a promise to read the next request. Over HTTP/2 net/http makes a GOAWAY of it.
func (s *service) sayClose(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _ := r.Context().Value(connKey{}).(*conn)
		leaves := s.yard.draining.Load() && c.pinned() || s.goodbye.Load()
		if leaves && c.mayClose() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
