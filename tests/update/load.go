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
	think       = 20 * time.Millisecond
)

// load is clients that hold on to their connection, and never send a request a second time. net/http's client would.
type load struct {
	answered, lost atomic.Int64
	failure        atomic.Value // the last one, a string
	cancel         context.CancelFunc
	clients        sync.WaitGroup
}

func startLoad(addresses []string) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{cancel: cancel}
	for _, address := range addresses {
		for range clientsEach {
			l.clients.Go(func() { l.play(ctx, address) })
		}
	}
	return l
}

func (l *load) stop() {
	l.cancel()
	l.clients.Wait()
}

func (l *load) last() string {
	text, _ := l.failure.Load().(string)
	return text
}

// play sends one POST after the other over a connection, and dials again when an answer says close.
func (l *load) play(ctx context.Context, address string) {
	for ctx.Err() == nil {
		if err := l.converse(ctx, address); err != nil && ctx.Err() == nil {
			l.lost.Add(1)
			l.failure.Store(fmt.Sprintf("%s %s: %v", time.Now().Format("15:04:05.000"), address, err))
		}
	}
}

func (l *load) converse(ctx context.Context, address string) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(think):
		}
		closing, err := post(c)
		if err != nil {
			return err
		}
		l.answered.Add(1)
		if closing {
			return nil
		}
	}
}

// body announces a payment that nobody knows: it is looked up, and kept until somebody registers it.
const body = `{"imp_uid":"imp_of_a_fleet","status":"paid"}`

func post(c net.Conn) (closing bool, err error) {
	_, err = fmt.Fprintf(c, "POST /payments/webhooks/iamport HTTP/1.1\r\nHost: fleet\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if err != nil {
		return true, err
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
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
