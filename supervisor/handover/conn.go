package handover

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// errLeft is a timeout, because that is what net/http closes a connection for without a word to the client.
var errLeft error = &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}

// conn lets a connection leave an http.Server without losing a byte: while the server waits for a request, and holds
// nothing of it (or up to three bytes that can travel along), Read reports a timeout; the server closes the connection,
// and Close sends the socket away instead. Bytes that have not been read stay in the kernel and move with it.
type conn struct {
	*net.TCPConn
	raw  syscall.RawConn
	home *yard
	seat seat
	once sync.Once

	http2  atomic.Bool // HTTP/2
	tls    *tls.Conn   // below HTTP/2, set before http2 is
	frames frames

	// Only the goroutine that reads uses these; net/http never reads twice at once.
	seen   seenBytes
	prefix []byte // came with the connection, to be read before the socket

	mu sync.Mutex
	waiting
	ticket *ticket // Read has said errLeft
	closed bool
}

func newConn(tc *net.TCPConn, home *yard) *conn {
	c := &conn{TCPConn: tc, home: home}
	c.raw, _ = tc.SyscallConn() // fails only for a nil connection
	return c
}

// Read is called by net/http for the first bytes of a request, for the rest of it, and in the background while a
// handler runs, to notice that the client has gone.
func (c *conn) Read(p []byte) (int, error) {
	for {
		idle, leaves := c.look(len(p))
		if leaves {
			return 0, errLeft // as often as it is asked: with h2c on, net/http asks twice
		}
		otherwise := c.seat.standing()
		if idle {
			otherwise = Idle
		}
		n, err := c.fetch(p, otherwise)
		if errors.Is(err, os.ErrDeadlineExceeded) && !c.expired() {
			continue // only woken up
		}
		if n > 0 {
			c.seen.add(p[:n])
			c.begin(c.seen.http2())
			c.begunLate(idle)
		}
		return n, err
	}
}

// begunLate is about a request that arrives during a drain: over HTTP/2 its client has not been asked to leave, and if
// the connection was woken up to leave, another one may go in its place.
func (c *conn) begunLate(idle bool) {
	switch {
	case !c.home.draining.Load():
	case c.http2.Load():
		c.mayClose()
	case idle:
		c.home.note()
	}
}

// look reports how a Read of that length finds the connection: waiting for a request of which net/http has nothing, and
// about to leave.
func (c *conn) look(length int) (idle, leaves bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held, movable := c.movable(length)
	if movable && c.ticket == nil && !c.closed {
		c.ticket = c.home.ticket(c, held)
	}
	return movable && held == 0, c.ticket != nil
}

// movable reports whether net/http is waiting for a request in a Read of that length, and how many of its bytes it has.
func (c *conn) movable(length int) (held int, ok bool) {
	switch c.phase {
	case fresh: // with h2c on, the first Read is shorter than the buffer
		return 0, true
	case parked:
		held = bufferSize() - length
		return held, held >= 0 && held <= min(prefixMax, c.seen.total)
	}
	return 0, false
}

// fetch reads the prefix, then the socket. The board says busy before a byte leaves the kernel, and otherwise again only
// when there was none. An idle connection is looked at first: if we died between these two words, it would be lost
// although nobody had asked for anything.
func (c *conn) fetch(p []byte, otherwise Standing) (n int, err error) {
	if len(c.prefix) > 0 {
		c.seat.mark(Busy)
		n = copy(p, c.prefix)
		c.prefix = c.prefix[n:]
		return n, nil
	}
	var failed error
	look := otherwise == Idle // once: when net/http's poller calls again, there is something
	err = c.raw.Read(func(fd uintptr) bool {
		if look && silent(fd) {
			look = false
			c.seat.mark(Idle)
			return false
		}
		c.seat.mark(Busy)
		for n, failed = unix.Read(int(fd), p); failed == unix.EINTR; n, failed = unix.Read(int(fd), p) {
		}
		if failed == unix.EAGAIN {
			c.seat.mark(otherwise)
		}
		return failed != unix.EAGAIN
	})
	switch {
	case err != nil:
		return 0, err
	case failed != nil:
		return 0, &net.OpError{Op: "read", Net: "tcp", Addr: c.RemoteAddr(), Err: os.NewSyscallError("read", failed)}
	case n == 0 && len(p) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// silent reports whether a read would have to wait.
func silent(fd uintptr) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return n == 0 && err == nil
}

// expired reports whether net/http's own deadline has passed. If we only woke the connection up, that deadline is put
// back.
func (c *conn) expired() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.deadline.IsZero() && !c.deadline.After(time.Now()) {
		return true
	}
	c.TCPConn.SetReadDeadline(c.deadline)
	return false
}

// begin notes that net/http has bytes of a request.
func (c *conn) begin(http2 bool) {
	if http2 {
		c.http2.Store(true)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting.begin(http2) {
		c.TCPConn.SetReadDeadline(c.deadline)
	}
}

// SetReadDeadline is how net/http says, without meaning to, what it waits for.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	waited := c.phase == parked
	applies := c.waiting.until(t)
	if waited && c.phase == busy && c.home.draining.Load() {
		c.home.note() // the next request was in net/http's buffer: a drain that looked in between counts on a Read
	}
	if !applies {
		return nil
	}
	return c.TCPConn.SetReadDeadline(t)
}

// mood is what a connection means to a drain.
type mood int

const (
	working  mood = iota // in a request, or never to leave
	settling             // between a request and waiting: it looks by itself
	sleeping             // in a Read that has to be woken up
	done                 // closing it loses nothing
)

// mood tells, and over HTTP/2 asks the client to leave.
func (c *conn) mood() mood {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.phase == idled || c.ticket != nil:
		return settling
	case c.phase == fresh || c.phase == parked:
		return sleeping
	case c.phase == pinned && c.http2.Load() && c.mayClose() && c.rested():
		return done
	}
	return working
}

// rested reports whether an HTTP/2 client has had the time to read its last answer, and to close by itself. If we closed
// at once, whatever it still sends would make the kernel reset the connection, and the answer could be lost.
func (c *conn) rested() bool {
	return !c.quiet.IsZero() && time.Since(c.quiet) >= goAwayGrace
}

// wake makes a waiting Read return, so that the connection may leave. It reports whether there was one.
func (c *conn) wake() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase != fresh && c.phase != parked {
		return false
	}
	c.TCPConn.SetReadDeadline(past)
	return true
}

// Close sends the socket away if Read has said so; net/http calls it once or twice, and Shutdown from elsewhere.
func (c *conn) Close() (err error) {
	c.once.Do(func() {
		if c.close() {
			c.home.send(c)
			return
		}
		if c.seat.close() { // somebody holds a copy, which would keep it open
			_ = c.raw.Control(func(fd uintptr) { _ = unix.Shutdown(int(fd), unix.SHUT_RDWR) })
		}
		err = c.TCPConn.Close()
		c.home.forget(c)
	})
	return err
}

// close keeps Read from leaving from now on, and reports whether it has left already.
func (c *conn) close() (left bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return c.ticket != nil
}

// entry describes a leaving connection to whoever continues.
func (c *conn) entry() Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := Entry{Seat: c.seat.number, Left: c.left(), Stage: First}
	if c.seen.total > 0 || c.carried && c.between {
		e.Stage = Next
	}
	if c.seen.total == 0 {
		e.Held = uint8(copy(e.Prefix[:], c.prefix))
	} else {
		e.Held = uint8(copy(e.Prefix[:], c.seen.last(c.ticket.held)))
	}
	return e
}
