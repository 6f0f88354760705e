package worker_test

import (
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// proxy stands between the workers and PostgreSQL, and can be cut.
type proxy struct {
	url      string // of the database, through the proxy
	network  string // and address of PostgreSQL
	address  string
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	refuses bool
	stalled chan struct{} // open while nothing passes; nil otherwise
	conns   map[net.Conn]bool
}

func newProxy(t *testing.T, database string) *proxy {
	t.Helper()
	config := mustv(pgx.ParseConfig(database))(t)
	p := &proxy{listener: mustv(net.Listen("tcp", "127.0.0.1:0"))(t), conns: map[net.Conn]bool{}}
	p.network, p.address = pgconn.NetworkAddress(config.Host, config.Port)
	through := mustv(url.Parse(database))(t)
	query := through.Query()
	query.Del("host") // the server's socket
	query.Del("port")
	through.RawQuery, through.Host = query.Encode(), p.listener.Addr().String()
	p.url = through.String()
	p.running.Go(p.accept)
	t.Cleanup(func() {
		p.refuse()
		_ = p.listener.Close()
		p.running.Wait()
	})
	return p
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(p.network, p.address)
	if err != nil || !p.keep(client, server) {
		return
	}
	defer p.forget(client, server)
	p.running.Go(func() { p.pass(server, client) })
	p.pass(client, server)
}

// keep registers both ends, unless connections are refused.
func (p *proxy) keep(ends ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range ends {
		if p.refuses {
			_ = c.Close()
			continue
		}
		p.conns[c] = true
	}
	return !p.refuses
}

func (p *proxy) forget(ends ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range ends {
		_ = c.Close()
		delete(p.conns, c)
	}
}

// pass copies one direction until either end closes.
func (p *proxy) pass(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		p.wait()
		if _, failed := to.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}

func (p *proxy) wait() {
	p.mu.Lock()
	stalled := p.stalled
	p.mu.Unlock()
	if stalled != nil {
		<-stalled
	}
}

// refuse cuts every connection, and lets no new one live.
func (p *proxy) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resume()
	p.refuses = true
	for c := range p.conns {
		_ = c.Close()
	}
}

// stall keeps every connection open and lets nothing pass, as a network does
// that drops packets.
func (p *proxy) stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled = make(chan struct{})
}

// heal lets everything pass again.
func (p *proxy) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resume()
	p.refuses = false
}

func (p *proxy) resume() {
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}
