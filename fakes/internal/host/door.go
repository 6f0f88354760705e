package host

import (
	"net/http"
	"sync"
)

// Door is a fake's place for a Host: none until Listen. The zero value is ready.
type Door struct {
	mu   sync.Mutex
	host *Host
}

// Listen serves the handler on an address, or on a random loopback port when it
// is empty.
func (d *Door) Listen(address string, handler http.Handler) error {
	if address == "" {
		address = RandomPort
	}
	h, err := Listen(address, handler)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.host = h
	return nil
}

// URL is where the fake listens, without a slash at the end. It panics before Listen.
func (d *Door) URL() string { return d.listening().URL() }

// Done yields an error when the listener fails, and is closed when it has
// ended. It panics before Listen.
func (d *Door) Done() <-chan error { return d.listening().Done() }

// Close ends the host, if there is one, with the requests under way, and waits.
func (d *Door) Close() error {
	if h := d.current(); h != nil {
		return h.Close()
	}
	return nil
}

func (d *Door) listening() *Host {
	h := d.current()
	if h == nil {
		panic("host: the fake is not listening")
	}
	return h
}

func (d *Door) current() *Host {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.host
}
