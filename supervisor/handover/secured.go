package handover

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sys/unix"
)

// The keys under which net/http keeps its HTTP/2 servers in TLSNextProto (net/http/h2_bundle.go).
const (
	overTLS    = "h2"
	withoutTLS = "unencrypted_http2"
)

const (
	preface        = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" // RFC 9113 §3.4
	prefaceTimeout = 10 * time.Second                   // net/http's own
)

// secured is an HTTP/2 connection above its TLS, where frames can be told apart and one of ours can stand between them.
type secured struct {
	*tls.Conn
	conn *conn
}

func (s secured) Write(p []byte) (int, error) { return s.conn.frames.write(s.Conn, p) }

// carrier is how net/http passes a connection that is no *tls.Conn where one is asked for.
type carrier struct {
	net.Conn // nil: nobody uses it
	carried  net.Conn
}

func (c carrier) UnencryptedNetConn() net.Conn { return c.carried }

// secure puts us between TLS and HTTP/2. net/http's server for HTTP/2 over TLS takes nothing but a *tls.Conn, so its
// other one gets the connection, which learns from ConnectionState that there is TLS below. net/http fills
// TLSNextProto in before it asks for the BaseContext; where it does not, its own single GOAWAY remains, and a test fails.
func secure(srv *http.Server) {
	base := srv.BaseContext
	srv.BaseContext = func(l net.Listener) context.Context {
		serve := srv.TLSNextProto[withoutTLS]
		if _, wanted := srv.TLSNextProto[overTLS]; wanted && serve != nil {
			srv.TLSNextProto[overTLS] = func(srv *http.Server, t *tls.Conn, h http.Handler) {
				if c := ours(t); readPreface(t) {
					c.tls = t
					c.http2.Store(true)
					serve(srv, tls.Client(carrier{carried: secured{t, c}}, nil), h)
				}
			}
		}
		if base == nil {
			return context.Background()
		}
		return base(l)
	}
}

// readPreface reads what every client sends first; the server that we use expects that somebody has.
func readPreface(t *tls.Conn) bool {
	t.SetReadDeadline(time.Now().Add(prefaceTimeout))
	defer t.SetReadDeadline(time.Time{})
	b := make([]byte, len(preface))
	_, err := io.ReadFull(t, b)
	return err == nil && string(b) == preface
}

// impatientTLS writes only when there is room for it.
type impatientTLS struct{ *conn }

func (c impatientTLS) Write(p []byte) (int, error) {
	room := false
	err := c.raw.Control(func(fd uintptr) {
		asked := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}} // a third of the buffer is free (tcp_poll)
		n, err := unix.Poll(asked, 0)
		room = n == 1 && err == nil
	})
	if err != nil || !room {
		return 0, err
	}
	return c.tls.Write(p)
}
