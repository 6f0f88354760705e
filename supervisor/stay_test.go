package supervisor_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

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
			l := mustLoad(t, f.api, think)
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
	t.Run("HTTP2", func(t *testing.T) { testHTTP2(t, script{H2C: true}, dialPlain) })
	t.Run("HTTP2OverTLS", func(t *testing.T) { testHTTP2(t, script{TLS: true}, dialTLS) })
	t.Run("TLSIsAskedForItsHealthToo", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{TLS: true, Workers: 1})
		f.rewrite(func(s *script) { s.Illness = unhealthy })
		if err := f.reload(); err == nil || !strings.Contains(err.Error(), "answered 500") {
			t.Errorf("reload: %v", err)
		}
	})
}

type dialer func(ctx context.Context, network, addr string, _ *tls.Config) (net.Conn, error)

func dialPlain(ctx context.Context, network, addr string, _ *tls.Config) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, addr)
}

func dialTLS(ctx context.Context, network, addr string, _ *tls.Config) (net.Conn, error) {
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}}
	return d.DialContext(ctx, network, addr)
}

// testHTTP2 streams bodies that cannot be sent twice, so that Go's client has to report a stream that a GOAWAY refused.
func testHTTP2(t *testing.T, s script, dial dialer) {
	t.Parallel()
	const handovers, clients, streams = 30, 2, 8
	f := start(t, s)
	l := mustLoad(t, f.api, think/5)
	release, began, long := make(chan struct{}), make(chan struct{}, clients), sync.WaitGroup{}
	for range clients {
		// Not net/http's Transport: it takes a closed body for one that was read.
		//nolint:staticcheck // which is what its deprecation points to
		transport := &http2.Transport{AllowHTTP: true, DialTLSContext: dial}
		t.Cleanup(transport.CloseIdleConnections) //nolint:staticcheck // of the Transport above
		for range streams {                       // on one connection
			l.Go(func() {
				for l.Pause() {
					stream(l, &http.Client{Transport: transport}, s, &pieces{load: l, rest: 2})
				}
			})
		}
		long.Add(1)
		l.Go(func() { // lives through all of it
			stream(l, &http.Client{Transport: transport}, s, &pieces{load: l, release: release, rest: 1, began: began})
			long.Done()
		})
	}
	for range clients {
		<-began
	}
	f.await("every connection", func() bool { return f.generation(1).Busy == clients })
	for range handovers {
		must(t, f.reload())
	}
	if busy := f.generation(1).Busy; busy != clients {
		t.Errorf("the first generation has %d connections in a request, want %d", busy, clients)
	}
	close(release)
	long.Wait()
	l.End()
	ok, failed, _ := l.Count()
	t.Logf("%d requests, %d failed", ok, failed)
	if failed != 0 || ok == 0 {
		t.Errorf("%d failed, %d answered:\n%s", failed, ok, l.Failures())
	}
	f.await("the old generations to leave", func() bool { return onlyServing(f) })
}

// stream sends a body in pieces.
func stream(l *load.Load, client *http.Client, s script, body *pieces) {
	scheme := map[bool]string{false: "http", true: "https"}[s.TLS]
	res, err := client.Post(scheme+"://"+l.Addr+"/", "text/plain", body)
	if err != nil {
		l.Fail(fmt.Sprintf("post after %d bytes", body.sent), err)
		return
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.ProtoMajor != 2 || !strings.HasSuffix(string(b), fmt.Sprintf(" %d", body.sent)) {
		l.Fail(fmt.Sprintf("answer %s %q after %d bytes", res.Proto, b, body.sent), err)
		return
	}
	l.OK()
}

// pieces is a body that cannot be sent twice: one piece after the other until release is closed, if there is one, and
// then the rest. Go's HTTP/2 client closes the body of a request that it could not even begin on a connection after
// its GOAWAY, before it tries another connection: a body that minds would fail for the client's reasons.
type pieces struct {
	load    *load.Load
	release <-chan struct{}
	began   chan<- struct{} // is told of the first piece
	rest    int
	sent    int
}

func (b *pieces) Read(p []byte) (int, error) {
	switch {
	case b.sent > 0:
		b.load.Pause()
	case b.began != nil:
		b.began <- struct{}{}
	}
	select {
	case <-b.release:
		b.release = nil
	default:
	}
	if b.release == nil {
		b.rest--
	}
	if b.rest < 0 {
		return 0, io.EOF
	}
	n := copy(p, "ab")
	b.sent += n
	return n, nil
}

func (*pieces) Close() error { return nil }
