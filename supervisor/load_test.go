package supervisor_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// load is what clients meet who may not retry: raw keep-alive connections that send one POST after the other, because
// net/http's client would hide a failed GET, and now and then a failed POST, behind a second connection.
type load struct {
	t     *testing.T
	addr  string
	think time.Duration // longest pause between an answer and the next request
	tls   *tls.Config

	stop    context.CancelFunc
	done    context.Context
	clients sync.WaitGroup
	quiet   sync.RWMutex // held while no request of keepAlive may be in progress

	mu      sync.Mutex
	ok      int
	dials   int
	failed  []string
	latency []time.Duration
}

func newLoad(t *testing.T, addr string, think time.Duration) *load {
	l := &load{t: t, addr: addr, think: think}
	l.done, l.stop = context.WithCancel(context.Background())
	t.Cleanup(l.end)
	return l
}

// end stops the clients and waits for them.
func (l *load) end() {
	l.stop()
	l.clients.Wait()
}

// keepAlive starts clients that hold on to their connection and dial again only when an answer says close.
func (l *load) keepAlive(n int) {
	for i := range n {
		l.clients.Go(func() {
			for c := l.dial(); c != nil && l.done.Err() == nil; {
				if !l.pause() {
					c.Close()
					return
				}
				l.quiet.RLock()
				closing, ok := l.request(c, i)
				l.quiet.RUnlock()
				if closing || !ok {
					c.Close()
					c = l.dial()
				}
			}
		})
	}
}

// fresh starts clients that dial for every request.
func (l *load) fresh(n int) {
	for i := range n {
		l.clients.Go(func() {
			for l.done.Err() == nil && l.pause() {
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

// silent opens connections that are used only once release is closed: a browser's spare ones.
func (l *load) silent(n int, release <-chan struct{}) {
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

// idle opens connections that have been used once. The returned function uses them once more.
func (l *load) idle(n int) (again func()) {
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

// slowUpload sends one request whose body takes the whole time until release is closed.
func (l *load) slowUpload(release <-chan struct{}) {
	c := l.dial()
	l.clients.Go(func() {
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
				l.fail("upload", err)
				return
			}
		}
		l.answer(c, time.Now(), fmt.Sprint(pieces))
	})
}

// pipelined sends pairs of requests, the second cut at a random place, with the rest a moment later.
func (l *load) pipelined(n int) {
	for i := range n {
		l.clients.Go(func() {
			c := l.dial()
			defer c.Close()
			r := bufio.NewReader(c)
			one := wire(i)
			for l.done.Err() == nil && l.pause() {
				cut := rand.IntN(len(one))
				started := time.Now()
				c.Write(append(slices.Clone(one), one[:cut]...))
				if !l.pause() {
					return
				}
				c.Write(one[cut:])
				for range 2 {
					if _, ok := l.read(r, started, "4"); !ok {
						return
					}
				}
			}
		})
	}
}

func wire(i int) []byte {
	return fmt.Appendf(nil, "POST /?client=%d HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody", i)
}

func (l *load) dial() net.Conn {
	c, err := net.Dial("tcp", l.addr)
	if err == nil && l.tls != nil {
		c = tls.Client(c, l.tls)
		err = c.(*tls.Conn).Handshake()
	}
	if err != nil {
		l.fail("dial", err)
		return nil
	}
	c.SetDeadline(time.Now().Add(5 * time.Minute))
	l.note(func() { l.dials++ })
	return c
}

func (l *load) request(c net.Conn, i int) (closing, ok bool) {
	started := time.Now()
	if _, err := c.Write(wire(i)); err != nil {
		l.fail("write", err)
		return true, false
	}
	return l.answer(c, started, "4")
}

func (l *load) answer(c net.Conn, started time.Time, body string) (closing, ok bool) {
	return l.read(bufio.NewReader(c), started, body)
}

func (l *load) read(r *bufio.Reader, started time.Time, length string) (closing, ok bool) {
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		l.fail("read", err)
		return true, false
	}
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.HasSuffix(b, []byte(" "+length)) {
		l.fail(fmt.Sprintf("answer %s %q", res.Status, b), err)
		return true, false
	}
	l.note(func() { l.ok++; l.latency = append(l.latency, time.Since(started)) })
	return res.Close, true
}

func (l *load) pause() bool {
	select {
	case <-time.After(rand.N(l.think + 1)):
		return true
	case <-l.done.Done():
		return false
	}
}

func (l *load) note(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func (l *load) fail(what string, err error) {
	if l.done.Err() != nil {
		return
	}
	l.note(func() { l.failed = append(l.failed, fmt.Sprintf("%s %s: %v", time.Now().Format("05.000"), what, err)) })
}

// count returns the figures so far.
func (l *load) count() (ok, failed, dials int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ok, len(l.failed), l.dials
}

func (l *load) failures() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.failed[:min(len(l.failed), 20)], "\n")
}

// percentile is the latency that a share of the requests did not exceed.
func (l *load) percentile(share float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.latency) == 0 {
		return 0
	}
	slices.Sort(l.latency)
	return l.latency[min(len(l.latency)-1, int(share*float64(len(l.latency))))]
}
