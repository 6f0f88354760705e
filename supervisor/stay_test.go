package supervisor_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/samchon/payments-server/bench/handover/load"
)

// TestStay is about connections that cannot move: their clients are told to close, and none of their requests is lost.
func TestStay(t *testing.T) {
	t.Parallel()
	const handovers, clients = 20, 16
	for _, c := range []struct {
		name   string
		script script
		tls    *tls.Config
	}{
		{"SwitchedOff", script{CloseConnections: true}, nil},
		{"TLS", script{TLS: true}, &tls.Config{InsecureSkipVerify: true}}, // a certificate for this test only
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, c.script)
			l := mustLoad(t, f.api, 20*time.Millisecond)
			l.TLS = c.tls
			idle := l.Idle(4)
			l.KeepAlive(clients)
			for range handovers {
				must(t, f.reload())
			}
			idle() // the first generation still waits for them
			f.await("the old generations to leave", func() bool { return onlyServing(f) })
			l.End()
			ok, failed, dials := l.Count()
			t.Logf("%d requests, %d failed, %d dials", ok, failed, dials)
			if failed != 0 {
				t.Errorf("%d failed:\n%s", failed, l.Failures())
			}
			if dials <= clients+4 {
				t.Errorf("%d dials: connections moved that cannot move", dials)
			}
		})
	}
	t.Run("HTTP2", testHTTP2)
	t.Run("TLSIsAskedForItsHealthToo", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{TLS: true, Probation: 2 * time.Second})
		f.rewrite(func(s *script) { s.Unhealthy = true })
		if err := f.reload(); err == nil || !strings.Contains(err.Error(), "answered 500") {
			t.Errorf("reload: %v", err)
		}
	})
}

// testHTTP2 streams bodies that cannot be sent twice, so that Go's client has to report a stream that a GOAWAY refused.
func testHTTP2(t *testing.T) {
	t.Parallel()
	const handovers, clients, streams = 30, 2, 8
	f := start(t, script{H2C: true})
	l := mustLoad(t, f.api, 5*time.Millisecond)
	for range clients {
		// Not net/http's Transport: it takes a closed body for one that was read.
		//nolint:staticcheck // which is what its deprecation points to
		transport := &http2.Transport{AllowHTTP: true,
			DialTLSContext: func(ctx context.Context, network, addr string, _ *tls.Config) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, addr)
			}}
		t.Cleanup(transport.CloseIdleConnections) //nolint:staticcheck // of the Transport above
		for range streams {                       // on one connection
			l.Go(func() {
				for l.Pause() {
					stream(l, &http.Client{Transport: transport})
				}
			})
		}
	}
	for range handovers {
		must(t, f.reload())
	}
	l.End()
	ok, failed, _ := l.Count()
	t.Logf("%d requests, %d failed", ok, failed)
	if failed != 0 || ok == 0 {
		t.Errorf("%d failed, %d answered:\n%s", failed, ok, l.Failures())
	}
	f.await("the old generations to leave", func() bool { return onlyServing(f) })
}

// stream sends a body in two pieces.
func stream(l *load.Load, client *http.Client) {
	res, err := client.Post("http://"+l.Addr+"/", "text/plain", &twoPieces{load: l})
	if err != nil {
		l.Fail("post", err)
		return
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.ProtoMajor != 2 || !strings.HasSuffix(string(b), " 4") {
		l.Fail(fmt.Sprintf("answer %s %q", res.Proto, b), err)
		return
	}
	l.OK()
}

// twoPieces cannot be sent twice. Go's HTTP/2 client closes the body of a request that it could not even begin on a
// connection after its GOAWAY, before it tries another connection: a body that minds would fail for the client's reasons.
type twoPieces struct {
	load *load.Load
	sent int
}

func (b *twoPieces) Read(p []byte) (int, error) {
	if b.sent > 0 {
		b.load.Pause()
	}
	if b.sent == 2 {
		return 0, io.EOF
	}
	b.sent++
	return copy(p, "ab"), nil
}

func (*twoPieces) Close() error { return nil }
