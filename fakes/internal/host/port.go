package host

import (
	"net/http"
	"sync"
)

// Port is a place for a Host: nobody listens before Listen, and Close may come
// before it. The zero value is ready.
type Port struct {
	mu   sync.Mutex
	host *Host
}

// Listen serves the handler on an address, or on a random port when it is empty.
func (p *Port) Listen(address string, handler http.Handler) error {
	if address == "" {
		address = RandomPort
	}
	h, err := Listen(address, handler)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.host = h
	return nil
}

// URL is Host.URL. It panics before Listen.
func (p *Port) URL() string { return p.listening().URL() }

// Done is Host.Done. It panics before Listen.
func (p *Port) Done() <-chan error { return p.listening().Done() }

// Close is Host.Close, if there is one.
func (p *Port) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.host == nil {
		return nil
	}
	return p.host.Close()
}

func (p *Port) listening() *Host {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.host == nil {
		panic("host: Listen comes first")
	}
	return p.host
}
