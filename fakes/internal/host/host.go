// Package host gives a handler a loopback port. It never listens on another
// interface by itself: a fake that half a company can reach is somebody's PG.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// RandomPort is the address of any free loopback port.
const RandomPort = "127.0.0.1:0"

// Host serves until it is closed.
type Host struct {
	server   *http.Server
	listener net.Listener
	end      context.CancelFunc // of the lifetime
	done     chan error         // closed when the server has ended, after its error if it failed
}

type lifetimeKey struct{}

// Lifetime returns the context of the host that a request came through: it
// outlives the request's sender, and ends with Close. A request that came
// another way has one that never ends.
func Lifetime(request context.Context) context.Context {
	if ctx, ok := request.Value(lifetimeKey{}).(context.Context); ok {
		return ctx
	}
	return context.Background()
}

// Listen serves the handler on the address. A taken port is an error here.
func Listen(address string, handler http.Handler) (*Host, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for a fake: %w", err)
	}
	lifetime, end := context.WithCancel(context.Background())
	h := &Host{
		end: end,
		server: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: 10 * time.Second,
			ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
			BaseContext: func(net.Listener) context.Context {
				return context.WithValue(lifetime, lifetimeKey{}, lifetime)
			},
		},
		listener: listener,
		done:     make(chan error, 1),
	}
	go h.serve()
	return h, nil
}

func (h *Host) serve() {
	defer close(h.done)
	if err := h.server.Serve(h.listener); !errors.Is(err, http.ErrServerClosed) {
		h.done <- err
	}
}

// URL is where the host answers, without a slash at the end.
func (h *Host) URL() string { return "http://" + h.listener.Addr().String() }

// Done yields an error when the server fails, and is closed when it has ended.
func (h *Host) Done() <-chan error { return h.done }

// Close ends the host at once, with the requests under way, and waits.
func (h *Host) Close() error {
	h.end()
	err := h.server.Close()
	for range h.done {
	}
	return err
}
