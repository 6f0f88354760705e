// Package load gives the clients that a handover has to please: they may not retry, so every request that is lost counts.
// It measures, and judges nothing.
package load

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Load is a number of clients of one address. They speak over raw connections, one POST after the other, because
// net/http's client would hide a failed GET, and now and then a failed POST, behind a second connection.
type Load struct {
	Addr  string
	Think time.Duration // longest pause between an answer and the next request
	TLS   *tls.Config   // nil: plaintext

	// Quiet is held for writing by whoever wants no request of KeepAlive in progress.
	Quiet sync.RWMutex

	stop    context.CancelFunc
	done    context.Context
	clients sync.WaitGroup
	uploads sync.WaitGroup

	mu      sync.Mutex
	ok      int
	dials   int
	open    []net.Conn
	failed  []string
	latency []time.Duration
}

// New prepares clients; they begin with the methods below.
func New(addr string, think time.Duration) *Load {
	l := &Load{Addr: addr, Think: think}
	l.done, l.stop = context.WithCancel(context.Background())
	return l
}

// A request counts as lost, though nothing has been heard of its connection, after answerTimeout, and sooner when the
// clients end.
const (
	answerTimeout = time.Minute
	endTimeout    = 20 * time.Second
	silentTimeout = 5 * time.Minute // for a connection without a request
)

// End stops the clients and waits for them. What they have asked still has to be answered.
func (l *Load) End() {
	l.stop()
	l.note(func() {
		for _, c := range l.open {
			_ = c.SetDeadline(time.Now().Add(endTimeout)) // fails if it is closed
		}
	})
	l.clients.Wait()
}

// KeepAlive starts clients that hold on to their connection and dial again only when an answer says close.
func (l *Load) KeepAlive(n int) {
	for i := range n {
		l.clients.Go(func() {
			for c := l.dial(); c != nil && l.done.Err() == nil; {
				if !l.Pause() {
					c.Close()
					return
				}
				if hungUp(c) {
					c.Close()
					c = l.dial()
					continue
				}
				l.Quiet.RLock()
				closing, ok := l.request(c, i)
				l.Quiet.RUnlock()
				if closing || !ok {
					c.Close()
					c = l.dial()
				}
			}
		})
	}
}

// Fresh starts clients that dial for every request.
func (l *Load) Fresh(n int) {
	for i := range n {
		l.clients.Go(func() {
			for l.done.Err() == nil && l.Pause() {
				c := l.dial()
				if c == nil {
					return
				}
				l.request(c, i)
				c.Close()
				l.note(func() { l.dials-- }) // its dials are not re-dials
			}
		})
	}
}

// Silent opens connections that are used only once release is closed: a browser's spare ones.
func (l *Load) Silent(n int, release <-chan struct{}) {
	for i := range n {
		c := l.dial()
		l.clients.Go(func() {
			defer c.Close()
			select {
			case <-release:
				l.request(c, i)
			case <-l.done.Done():
			}
		})
	}
}

// Idle opens connections that have been used once. The returned function uses them once more.
func (l *Load) Idle(n int) (again func()) {
	var open []net.Conn
	for i := range n {
		c := l.dial()
		l.request(c, i)
		open = append(open, c)
	}
	return func() {
		for i, c := range open {
			l.request(c, i)
			c.Close()
		}
	}
}

// Held opens connections that have been used once. The returned function uses all of them at the same time and returns
// when the last answer has come.
func (l *Load) Held(n int) (ask func()) {
	var open []net.Conn
	for i := range n {
		c := l.dial()
		l.request(c, i)
		open = append(open, c)
	}
	return func() {
		var asking sync.WaitGroup
		for i, c := range open {
			asking.Go(func() { l.request(c, i) })
		}
		asking.Wait()
	}
}

// SlowUpload sends one request whose body takes the whole time until release is closed.
func (l *Load) SlowUpload(release <-chan struct{}) {
	c := l.dial()
	l.uploads.Add(1)
	l.clients.Go(func() {
		defer l.uploads.Done()
		defer c.Close()
		const pieces = 1000
		fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", pieces)
		for i := range pieces {
			select {
			case <-release:
			case <-time.After(10 * time.Millisecond):
			case <-l.done.Done():
				return
			}
			if _, err := c.Write([]byte{byte(i)}); err != nil {
				l.Fail("upload", err)
				return
			}
		}
		l.answer(c, time.Now(), fmt.Sprint(pieces))
	})
}

// EndUploads waits until every SlowUpload is answered, or has failed.
func (l *Load) EndUploads() { l.uploads.Wait() }

// Pipelined sends pairs of requests, the second cut at a random place, with the rest a moment later.
func (l *Load) Pipelined(n int) {
	for i := range n {
		l.clients.Go(func() {
			c := l.dial()
			defer c.Close()
			r := bufio.NewReader(c)
			one := wire(i)
			for l.done.Err() == nil && l.Pause() {
				cut := rand.IntN(len(one))
				started := time.Now()
				_, _ = c.Write(append(slices.Clone(one), one[:cut]...))
				if !l.Pause() {
					return
				}
				_, _ = c.Write(one[cut:])
				for range 2 {
					if _, ok := l.read(r, started, "4"); !ok {
						return
					}
				}
			}
		})
	}
}

// hungUp reports whether the server has closed a connection: a good client looks before it sends. What it cannot see is
// a close on its way.
func hungUp(c net.Conn) bool {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return true
	}
	closed := false
	err = raw.Control(func(fd uintptr) {
		n, _, err := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		closed = n == 0 || err != nil && !errors.Is(err, unix.EAGAIN)
	})
	return closed || err != nil
}

func wire(i int) []byte {
	return fmt.Appendf(nil, "POST /?client=%d HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody", i)
}

func (l *Load) dial() net.Conn {
	c, err := net.Dial("tcp", l.Addr)
	if err == nil && l.TLS != nil {
		c = tls.Client(c, l.TLS)
		err = c.(*tls.Conn).Handshake()
	}
	if err != nil {
		l.Fail("dial", err)
		return nil
	}
	c.SetDeadline(time.Now().Add(silentTimeout))
	l.note(func() { l.dials++; l.open = append(l.open, c) })
	return c
}

func (l *Load) request(c net.Conn, i int) (closing, ok bool) {
	started := time.Now()
	if l.done.Err() == nil { // else the end has set it
		c.SetDeadline(started.Add(answerTimeout))
	}
	if _, err := c.Write(wire(i)); err != nil {
		l.Fail("write", err)
		return true, false
	}
	return l.answer(c, started, "4")
}

func (l *Load) answer(c net.Conn, started time.Time, body string) (closing, ok bool) {
	return l.read(bufio.NewReader(c), started, body)
}

func (l *Load) read(r *bufio.Reader, started time.Time, length string) (closing, ok bool) {
	res, err := http.ReadResponse(r, nil) //nolint:bodyclose // it has the length that is read below
	if err != nil {
		l.Fail("read", err)
		return true, false
	}
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.HasSuffix(b, []byte(" "+length)) {
		l.Fail(fmt.Sprintf("answer %s %q", res.Status, b), err)
		return true, false
	}
	l.note(func() { l.ok++; l.latency = append(l.latency, time.Since(started)) })
	return res.Close, true
}

// Pause is a client thinking; it reports false when the load has ended.
func (l *Load) Pause() bool {
	select {
	case <-time.After(rand.N(l.Think + 1)):
		return true
	case <-l.done.Done():
		return false
	}
}

func (l *Load) note(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// Fail notes a request that was lost.
func (l *Load) Fail(what string, err error) {
	l.note(func() { l.failed = append(l.failed, fmt.Sprintf("%s %s: %v", time.Now().Format("05.000"), what, err)) })
}

// OK notes an answer.
func (l *Load) OK() { l.note(func() { l.ok++ }) }

// Go runs a client of another kind, which ends when Pause reports false.
func (l *Load) Go(client func()) { l.clients.Go(client) }

// Count returns the figures so far.
func (l *Load) Count() (ok, failed, dials int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ok, len(l.failed), l.dials
}

// Failures lists the first of them.
func (l *Load) Failures() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.failed[:min(len(l.failed), 20)], "\n")
}

// Percentile is the latency that a share of the requests did not exceed.
func (l *Load) Percentile(share float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.latency) == 0 {
		return 0
	}
	slices.Sort(l.latency)
	return l.latency[min(len(l.latency)-1, int(share*float64(len(l.latency))))]
}

// Forget drops the latencies measured so far.
func (l *Load) Forget() { l.note(func() { l.latency = nil }) }
