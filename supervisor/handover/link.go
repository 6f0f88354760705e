package handover

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const crowded = 2 * time.Millisecond

// Link is one end of the private socket between a supervisor and a worker. SOCK_SEQPACKET keeps message boundaries, and
// its end of file is the death of the peer: no separate pipe is needed to notice it.
type Link struct {
	conn *net.UnixConn
	sent sync.WaitGroup

	mu      sync.Mutex
	queue   []parcel
	sending bool // what is no more in the queue is not sent yet
	closed  bool
	wakeUp  *sync.Cond
}

type parcel struct {
	kind  Kind
	entry *Entry
	fd    int  // -1 if none
	owned bool // close fd once it is sent
	text  string
}

func (p parcel) joins(q parcel) bool {
	return p.kind == q.kind && p.entry != nil && q.entry != nil && (p.fd < 0) == (q.fd < 0)
}

// NewLink takes over one end of a socket pair.
func NewLink(end *os.File) (*Link, error) {
	c, err := net.FileConn(end) // a copy in our poller
	if err != nil {
		return nil, fmt.Errorf("open handover link: %w", err)
	}
	end.Close()
	uc, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, fmt.Errorf("open handover link: %T is not a unix socket", c)
	}
	l := &Link{conn: uc}
	l.wakeUp = sync.NewCond(&l.mu)
	l.sent.Go(l.send)
	return l, nil
}

// Pair returns two connected ends.
func Pair() (ours, theirs *os.File, err error) {
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("create handover link: %w", err)
	}
	return os.NewFile(uintptr(p[0]), "handover"), os.NewFile(uintptr(p[1]), "handover"), nil
}

// Tell queues a message without connections. Nothing that queues ever blocks: the loops at both ends must not wait for
// each other.
func (l *Link) Tell(k Kind, text string) { l.push(parcel{kind: k, fd: -1, text: text}) }

// Note queues a message about a connection whose socket need not travel.
func (l *Link) Note(k Kind, e Entry) { l.push(parcel{kind: k, entry: &e, fd: -1}) }

// Hand queues a socket. fd stays the caller's, who keeps it open until the peer has answered or the link is closed.
func (l *Link) Hand(k Kind, e Entry, fd int) { l.push(parcel{kind: k, entry: &e, fd: fd}) }

// Give queues a socket and closes fd when it is sent.
func (l *Link) Give(k Kind, e Entry, fd int) { l.push(parcel{kind: k, entry: &e, fd: fd, owned: true}) }

// GiveNow sends a socket before it returns and closes fd, unless others are before it or the peer has to read first:
// then it is as Give.
func (l *Link) GiveNow(k Kind, e Entry, fd int) {
	if !l.sendNow(Message{Kind: k, Entries: []Entry{e}}, fd) {
		l.Give(k, e, fd)
		return
	}
	unix.Close(fd)
}

func (l *Link) sendNow(m Message, fd int) (sent bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.sending || len(l.queue) > 0 {
		return false
	}
	raw, err := l.conn.SyscallConn()
	if err != nil {
		return false
	}
	cerr := raw.Control(func(to uintptr) {
		err = unix.Sendmsg(int(to), m.encode(), unix.UnixRights(fd), nil, unix.MSG_NOSIGNAL)
	})
	return errors.Join(err, cerr) == nil
}

func (l *Link) push(p parcel) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		p.release()
		return
	}
	l.queue = append(l.queue, p)
	l.wakeUp.Signal()
}

func (p parcel) release() {
	if p.owned {
		unix.Close(p.fd)
	}
}

// Receive returns the next message, io.EOF after the last.
func (l *Link) Receive() (Message, error) { return receive(l.conn) }

// Flush sends what is queued and ends the sender; the peer's messages can still be received.
func (l *Link) Flush() {
	l.mu.Lock()
	l.closed = true
	l.wakeUp.Signal()
	l.mu.Unlock()
	l.sent.Wait()
}

// Close ends the link. Afterwards no queued descriptor is used any more.
func (l *Link) Close() {
	l.conn.Close() // first: it unblocks a sender whose peer does not read
	l.Flush()
}

func (l *Link) send() {
	for parcels := l.next(); parcels != nil; parcels = l.next() {
		m, fds := Message{Kind: parcels[0].kind, Text: parcels[0].text}, []int(nil)
		for _, p := range parcels {
			if p.entry != nil {
				m.Entries = append(m.Entries, *p.entry)
			}
			if p.fd >= 0 {
				fds = append(fds, p.fd)
			}
		}
		var rights []byte
		if len(fds) > 0 {
			rights = unix.UnixRights(fds...)
		}
		l.write(m.encode(), rights)
		for _, p := range parcels {
			p.release()
		}
	}
}

// write sends one message. Any lasting error means that the peer is gone, which the reader sees too.
func (l *Link) write(b, rights []byte) {
	for {
		_, _, err := l.conn.WriteMsgUnix(b, rights, nil)
		if !errors.Is(err, unix.ETOOMANYREFS) {
			return
		}
		time.Sleep(crowded) // Linux allows a user RLIMIT_NOFILE descriptors in flight: until some have arrived
	}
}

// next waits for the parcels of one message; nil when the link is closed and everything is sent.
func (l *Link) next() []parcel {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sending = false
	for len(l.queue) == 0 {
		if l.closed {
			return nil
		}
		l.wakeUp.Wait()
	}
	l.sending = true
	n := 1
	for n < len(l.queue) && n < batch && l.queue[n].joins(l.queue[0]) {
		n++
	}
	parcels := l.queue[:n:n]
	l.queue = l.queue[n:]
	return parcels
}
