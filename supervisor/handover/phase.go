package handover

import (
	"net/http"
	"time"
)

// phase is where net/http is with a connection.
//
// http.ConnState alone is not enough: when StateIdle is reported, net/http's buffer may still hold a pipelined request,
// or the one byte of its background read. What it does next tells: it sets the idle deadline and waits in Peek(4);
// once four bytes are there it sets the header deadline (net/http/server.go, the end of conn.serve's loop).
type phase int

const (
	fresh  phase = iota // nothing read yet
	busy                // from the first byte of a request to the end of its answer
	idled               // the StateIdle hook ran
	parked              // net/http waits for the next request, or is about to
	pinned              // HTTP/2, TLS, hijacked, or no seat on the board: it never moves
)

// past wakes a Read up.
var past = time.Unix(1, 0)

// waiting is what a connection waits for and how long. Its conn's mutex guards it.
type waiting struct {
	phase    phase
	deadline time.Time // net/http's, or the one that came with the connection
	quiet    time.Time // since when it is HTTP/2 without a stream; zero: it is not

	// A connection that was moved in is a new one to this net/http, which would allow it only the header timeout
	// where its client may still pause for the idle timeout. So the deadline that came along rules until the first byte.
	carried bool
	between bool          // it had requests before
	header  time.Duration // the timeout to start at the first byte
}

// until takes note of a deadline that net/http sets and reports whether it applies now.
func (w *waiting) until(t time.Time) bool {
	switch w.phase {
	case idled:
		w.phase = parked
	case parked:
		w.phase = busy
	}
	if w.carried {
		if !t.IsZero() {
			w.header = time.Until(t)
		}
		return false
	}
	w.deadline = t
	return true
}

// begin takes note of the first byte of a request and reports whether a new deadline starts with it.
func (w *waiting) begin(http2 bool) bool {
	if w.phase == fresh {
		w.phase = busy
	}
	if http2 {
		w.phase = pinned // it runs the StateIdle hook too, with streams open
	}
	if !w.carried {
		return false
	}
	w.carried = false
	if !w.between {
		return false // its header timeout runs since it was accepted, wherever that was
	}
	w.deadline = time.Time{}
	if w.header > 0 {
		w.deadline = time.Now().Add(w.header)
	}
	return true
}

// left is the time to the deadline as it travels.
func (w *waiting) left() int64 {
	if w.deadline.IsZero() {
		return 0
	}
	return max(1, int64(time.Until(w.deadline)))
}

// changed is told by http.Server's ConnState hook.
func (c *conn) changed(s http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quiet = time.Time{}
	if s == http.StateIdle {
		c.quiet = time.Now()
	}
	switch {
	case s == http.StateHijacked:
		c.phase = pinned
	case s == http.StateIdle && c.phase != pinned:
		c.phase = idled
	case s == http.StateIdle && !c.seat.copied: // for the census only: what never moves is never rescued
		c.seat.mark(Idle)
	}
	if c.phase == pinned && s == http.StateIdle && c.home.draining.Load() {
		time.AfterFunc(goAwayGrace, c.home.note) // perhaps it was the last stream
	}
}

// pinned reports whether the connection can never move.
func (c *conn) pinned() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == pinned
}

// seenBytes remembers the ends of what net/http was given: the first bytes tell HTTP/2, and the last ones are those
// that it may hold without having looked at them.
type seenBytes struct {
	total int
	head  [prefixMax]byte
	tail  [prefixMax]byte
}

func (s *seenBytes) add(b []byte) {
	if s.total < prefixMax {
		copy(s.head[s.total:], b)
	}
	s.total += len(b)
	both := append(s.tail[:len(s.tail):len(s.tail)], b[max(0, len(b)-prefixMax):]...)
	copy(s.tail[:], both[len(both)-prefixMax:])
}

func (s *seenBytes) last(n int) []byte { return s.tail[prefixMax-n:] }

// http2 reports whether the connection began as HTTP/2 does ("PRI * HTTP/2.0", RFC 9113 §3.4).
func (s *seenBytes) http2() bool { return string(s.head[:]) == "PRI" }
