package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	clientsEach = 8
	// think leaves processors for the builds: nice, they would take minutes beside clients who use all there are.
	think = 60 * time.Millisecond
)

// load is the clients of one machine. They hold on to their connections, and never send a request a second time; net/http's
// client would.
type load struct {
	address        string
	answered, lost atomic.Int64
	failure        atomic.Value // the last one, a string
	asking         sync.RWMutex // read while a client dials or has a request under way
	cancel         context.CancelFunc
	clients        sync.WaitGroup
}

func startLoad(address string) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{address: address, cancel: cancel}
	for range clientsEach {
		l.clients.Go(func() { l.play(ctx) })
	}
	return l
}

func (l *load) stop() {
	l.cancel()
	l.clients.Wait()
}

// hold returns when every request is answered. Until release is called there is no other; the connections stay.
func (l *load) hold() (release func()) {
	l.asking.Lock()
	return l.asking.Unlock
}

func (l *load) last() string {
	text, _ := l.failure.Load().(string)
	return text
}

// play sends one POST after the other over a connection, and dials again when an answer says close.
func (l *load) play(ctx context.Context) {
	for ctx.Err() == nil {
		if err := l.converse(ctx); err != nil && ctx.Err() == nil {
			l.lost.Add(1)
			l.failure.Store(fmt.Sprintf("%s %s: %v", time.Now().Format("15:04:05.000"), l.address, err))
		}
	}
}

func (l *load) converse(ctx context.Context) error {
	c := client{address: l.address}
	defer c.close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(think):
		}
		closing, err := l.ask(ctx, &c)
		if err != nil {
			return err
		}
		l.answered.Add(1)
		if closing {
			return nil
		}
	}
}

func (l *load) ask(ctx context.Context, c *client) (closing bool, err error) {
	l.asking.RLock()
	defer l.asking.RUnlock()
	return c.post(ctx)
}

// client has a connection once it has asked something.
type client struct {
	address string
	conn    net.Conn
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
	}
}

// body announces a payment that nobody knows: it is looked up, and kept until somebody registers it.
const body = `{"imp_uid":"imp_of_a_fleet","status":"paid"}`

func (c *client) post(ctx context.Context) (closing bool, err error) {
	if c.conn == nil {
		if c.conn, err = new(net.Dialer).DialContext(ctx, "tcp", c.address); err != nil {
			c.conn = nil // not an interface that holds no connection
			return true, err
		}
	}
	_, err = fmt.Fprintf(c.conn, "POST /payments/webhooks/iamport HTTP/1.1\r\nHost: fleet\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if err != nil {
		return true, err
	}
	res, err := http.ReadResponse(bufio.NewReader(c.conn), nil)
	if err != nil {
		return true, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusCreated {
		err = errors.New(res.Status + " " + strings.TrimSpace(string(text)))
	}
	return res.Close, err
}
