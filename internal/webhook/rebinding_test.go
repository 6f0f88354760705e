package webhook

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/samchon/payments-server/api/webhooksig"
)

// fickle is a name server whose names move from a public address to one inside our network.
type fickle struct {
	t      *testing.T
	conn   net.PacketConn
	inside atomic.Bool
}

func newFickle(t *testing.T) *fickle {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, done := &fickle{t: t, conn: conn}, make(chan struct{})
	go func() { defer close(done); f.serve() }()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return f
}

func (f *fickle) serve() {
	query := make([]byte, 1500)
	for {
		n, from, err := f.conn.ReadFrom(query)
		if err != nil {
			return // closed
		}
		answer, err := f.answer(query[:n])
		if err == nil {
			_, err = f.conn.WriteTo(answer, from)
		}
		if err != nil {
			f.t.Errorf("name server: %v", err)
		}
	}
}

// answer has no IPv6 address to name.
func (f *fickle) answer(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		address := [4]byte{1, 1, 1, 1}
		if f.inside.Load() {
			address = [4]byte{127, 0, 0, 1}
		}
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class},
			Body:   &dnsmessage.AResource{A: address},
		}}
	}
	return m.Pack()
}

// resolver asks nobody else.
func (f *fickle) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", f.conn.LocalAddr().String())
	}}
}

// TestGuard_JudgesTheDialedAddress: whoever looks a name up before it is called is
// told a public address, and the call goes elsewhere (DNS rebinding).
func TestGuard_JudgesTheDialedAddress(t *testing.T) {
	t.Parallel()
	names, service := newFickle(t), newService(t, nil)
	secrets, err := webhooksig.NewSecrets(secret)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(strings.Replace(service.URL, "127.0.0.1", "service.example", 1))
	if err != nil {
		t.Fatal(err)
	}
	post := func(allowed []netip.Prefix) result {
		s := newSender(secrets, allowed)
		defer s.client.CloseIdleConnections()
		s.dialer.Resolver = names.resolver()
		return s.post(t.Context(), uuid.New(), to, []byte("body"))
	}

	before, err := names.resolver().LookupNetIP(t.Context(), "ip4", to.Hostname())
	if err != nil || len(before) != 1 || !isPublic(before[0].Unmap()) {
		t.Fatalf("the name was at %v before, %v: the test shows nothing", before, err)
	}
	names.inside.Store(true)
	if r := post(nil); r.err == nil || !strings.Contains(r.err.Error(), "neither public nor allowed") {
		t.Errorf("got %d, %v", r.Status, r.err)
	}
	if got := service.received(); len(got) > 0 {
		t.Errorf("received %v", got)
	}
	if r := post(loopback); r.err != nil || len(service.received()) != 1 {
		t.Errorf("where that address is allowed: got %d, %v", r.Status, r.err)
	}
}
