package handover

import (
	"io"
	"net"
	"net/http"
	"sync"
)

// bufferSize is the size of the buffer that net/http reads a connection into. While a connection waits for its next
// request net/http asks for all the room that is left in it, so a Read of len(p) tells that bufferSize-len(p) bytes of
// the request have been fetched already. It is measured, not written down: if another Go version reads differently
// nothing moves any more, and the tests say so.
var bufferSize = sync.OnceValue(func() int {
	probe := &firstRead{size: make(chan int, 1)}
	probe.Conn, _ = net.Pipe()
	var served sync.WaitGroup
	served.Go(func() { _ = (&http.Server{}).Serve(probe) }) // it ends with the probe
	defer served.Wait()
	return <-probe.size
})

// firstRead is a listener with one connection, itself, that reports the length of its first Read.
type firstRead struct {
	net.Conn
	size chan int
	used bool
}

func (f *firstRead) Accept() (net.Conn, error) {
	if f.used {
		return nil, net.ErrClosed
	}
	f.used = true
	return f, nil
}

func (f *firstRead) Read(p []byte) (int, error) {
	select {
	case f.size <- len(p):
	default: // only the first counts
	}
	return 0, io.EOF
}

func (f *firstRead) Addr() net.Addr { return f.LocalAddr() }
