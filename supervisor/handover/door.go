package handover

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// exhausted is the pause after a failed accept: out of descriptors, most likely. The other workers go on accepting.
const exhausted = 5 * time.Millisecond

// door lets connections into an http.Server: accepted ones and adopted ones. It is the server's net.Listener.
type door struct {
	tcp  *net.TCPListener
	wrap func(*net.TCPConn) net.Conn
	rest func() time.Duration // after each that it accepts

	in     chan net.Conn
	closed chan struct{}
	once   sync.Once
	busy   sync.WaitGroup // the accepting goroutine
}

func newDoor(tcp *net.TCPListener, wrap func(*net.TCPConn) net.Conn, rest func() time.Duration) *door {
	return &door{tcp: tcp, wrap: wrap, rest: rest, in: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept gives the server its next connection.
func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.in:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

// Addr is the address of the shared listener.
func (d *door) Addr() net.Addr { return d.tcp.Addr() }

// Close ends the server's accept loop.
func (d *door) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

// enter brings a connection in.
func (d *door) enter(c net.Conn) {
	select {
	case d.in <- c:
	case <-d.closed:
		c.Close()
	}
}

// open accepts from the shared listener.
func (d *door) open() {
	d.tcp.SetDeadline(time.Time{})
	d.busy.Go(func() {
		for {
			c, err := d.tcp.AcceptTCP()
			switch {
			case err == nil:
				d.enter(d.wrap(c))
				time.Sleep(d.rest())
			case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed):
				return
			default:
				time.Sleep(exhausted)
			}
		}
	})
}

// shut stops accepting, and keeps the listener: an undo opens it again.
func (d *door) shut() {
	d.tcp.SetDeadline(past)
	d.busy.Wait()
}

// giveUp closes this process's copy of the listener. The others' accept queue is the same one, so nothing is refused.
func (d *door) giveUp() {
	d.tcp.Close()
	d.busy.Wait()
}
