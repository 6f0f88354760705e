package handover

import (
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// yard holds the connections of a worker: those that it serves, and those that left and have not arrived.
type yard struct {
	board *Board
	link  *Link
	pid   int

	draining atomic.Bool // idle connections leave
	guarding atomic.Bool // the supervisor gets a copy of what we accept
	window   window
	changed  chan struct{} // holds one value when a connection went or a place came free

	mu    sync.Mutex
	conns map[*conn]struct{}
	away  map[uint32]departed
	gone  Farewell
}

// departed is what is kept of a connection until it has arrived.
type departed struct {
	fd int
	e  Entry
	at time.Time
}

// Farewell says how a worker's connections ended since its drain began.
type Farewell struct {
	Moved  int `json:"moved"`
	Closed int `json:"closed"`
	Forced int `json:"forced"`
}

func newYard(b *Board, l *Link) *yard {
	return &yard{board: b, link: l, pid: os.Getpid(), changed: make(chan struct{}, 1), conns: map[*conn]struct{}{}, away: map[uint32]departed{}}
}

// welcome wraps an accepted connection. With movable false (TLS) it will never leave.
func (y *yard) welcome(tc *net.TCPConn, movable bool) *conn {
	c := newConn(tc, y)
	c.seat = seat{board: y.board, number: y.board.sit(y.pid), pid: y.pid}
	if !movable || c.seat.number == 0 {
		c.phase = pinned
	} else if y.guarding.Load() {
		y.guard(c)
	}
	y.add(c)
	return c
}

// guard sends a copy to the supervisor, who can then save the connection from our death. If we die before, between the
// system calls accept4 and sendmsg, it is lost; BenchmarkGuard measures how long that is.
func (y *yard) guard(c *conn) {
	if fd, err := duplicate(c); err == nil {
		c.seat.copied = true
		y.link.GiveNow(Guard, Entry{Seat: c.seat.number, Stage: First}, fd)
	}
}

// adopt takes a connection over from the wire; the error says why it must stay with its sender.
func (y *yard) adopt(e Entry, fd int) (net.Conn, error) {
	f := os.NewFile(uintptr(fd), "moved")
	defer f.Close()
	nc, err := net.FileConn(f) // our own copy, in our poller
	if err != nil {
		return nil, fmt.Errorf("adopt connection: %w", err)
	}
	tc, ok := nc.(*net.TCPConn)
	if e.Stage == Probe || !ok {
		return nc, nil
	}
	s := seat{board: y.board, number: e.Seat, pid: y.pid, copied: true}
	if !s.claim() {
		nc.Close()
		return nil, fmt.Errorf("adopt connection: seat %d was taken back", e.Seat)
	}
	return y.resume(tc, s, e), nil
}

// resume goes on with a connection where its last owner stopped.
func (y *yard) resume(tc *net.TCPConn, s seat, e Entry) *conn {
	c := newConn(tc, y)
	c.seat = s
	c.prefix = e.Prefix[:min(e.Held, prefixMax)]
	c.carried, c.between = true, e.Stage == Next
	if e.Left > 0 {
		c.deadline = time.Now().Add(time.Duration(e.Left))
	}
	tc.SetReadDeadline(c.deadline)
	y.add(c)
	return c
}

// add comes last, when everything about the connection is known: others find it from then on.
func (y *yard) add(c *conn) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.conns[c] = struct{}{}
}

// ticket lets a connection leave: with it goes a place in the window and a descriptor that outlives net/http's.
type ticket struct {
	fd   int
	held int // bytes that net/http has of the next request
}

// ticket returns nil if the connection has to stay for now.
func (y *yard) ticket(c *conn, held int) *ticket {
	if !y.draining.Load() {
		return nil
	}
	if !y.window.enter() {
		return nil
	}
	fd, err := duplicate(c)
	if err != nil { // no descriptor left
		y.window.leave()
		return nil
	}
	return &ticket{fd, held}
}

// send hands a connection to the supervisor. Our copy stays open until the connection has arrived.
func (y *yard) send(c *conn) {
	e := c.entry()
	c.seat.mark(Transit)
	c.TCPConn.Close() // leaves our poller; the connection lives on in the ticket's descriptor
	y.mu.Lock()
	defer y.mu.Unlock()
	delete(y.conns, c)
	y.away[e.Seat] = departed{c.ticket.fd, e, time.Now()}
	y.link.Hand(Move, e, c.ticket.fd)
}

// duplicate copies a descriptor with F_DUPFD_CLOEXEC and not with File, whose Fd would make the description blocking
// for every process that shares it.
func duplicate(c *conn) (fd int, err error) {
	cerr := c.raw.Control(func(f uintptr) { fd, err = unix.FcntlInt(f, unix.F_DUPFD_CLOEXEC, 3) })
	if cerr != nil {
		return -1, cerr
	}
	return fd, err
}

// arrived closes our copy of a connection that somebody else owns now.
func (y *yard) arrived(e Entry) {
	if d, ok := y.back(e.Seat); ok {
		unix.Close(d.fd)
		y.mu.Lock()
		y.gone.Moved++
		y.mu.Unlock()
	}
}

// back ends a journey, one way or the other.
func (y *yard) back(number uint32) (departed, bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	d, ok := y.away[number]
	if ok {
		delete(y.away, number)
		y.window.leave()
		y.note()
	}
	return d, ok
}

// returned takes a connection back that could not be delivered; nil if it arrived after all.
func (y *yard) returned(number uint32) net.Conn {
	d, ok := y.back(number)
	if !ok {
		return nil
	}
	s := seat{board: y.board, number: number, pid: y.pid, copied: true}
	f := os.NewFile(uintptr(d.fd), "returned")
	defer f.Close()
	if !s.reclaim() {
		return nil
	}
	nc, err := net.FileConn(f)
	if err != nil {
		s.mark(Gone)
		return nil
	}
	if d.e.Left > 0 {
		d.e.Left = max(1, d.e.Left-int64(time.Since(d.at)))
	}
	return y.resume(nc.(*net.TCPConn), s, d.e)
}

// travelling lists the connections that have not arrived.
func (y *yard) travelling() (numbers []uint32) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for n := range y.away {
		numbers = append(numbers, n)
	}
	return numbers
}

func (y *yard) forget(c *conn) {
	y.mu.Lock()
	defer y.mu.Unlock()
	delete(y.conns, c)
	if y.draining.Load() {
		y.gone.Closed++
	}
	y.note()
}

// note leaves word for whoever waits on changed.
func (y *yard) note() {
	select {
	case y.changed <- struct{}{}:
	default:
	}
}

// wake makes as many idle connections as the window has room for look whether they should leave, and returns how many
// have not left or not arrived. Those in a request do not count: they move when it is answered.
func (y *yard) wake() (idle int) {
	var finished []*conn
	y.mu.Lock()
	room := y.window.fit(len(y.conns))
	for c := range y.conns {
		switch c.mood() {
		case settling:
			idle++
		case sleeping:
			if idle++; room > 0 && c.wake() {
				room--
			}
		case done:
			finished = append(finished, c)
		}
	}
	idle += len(y.away)
	y.mu.Unlock()
	for _, c := range finished {
		c.Close()
	}
	return idle
}

func (y *yard) size() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return len(y.conns) + len(y.away)
}

// cut closes whatever is left.
func (y *yard) cut() {
	y.mu.Lock()
	var left []*conn
	for c := range y.conns {
		left = append(left, c)
	}
	y.gone.Forced += len(left)
	y.mu.Unlock()
	for _, c := range left {
		c.Close()
	}
}

func (y *yard) farewell() Farewell {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.gone
}
