// Package host gives a handler a loopback port. It never listens on another
// interface by itself: a fake that half a company can reach is somebody's PG.
package host

import (
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
	done     chan error // closed when the server has ended, after its error if it failed
}

// Listen serves the handler on the address. A taken port is an error here.
func Listen(address string, handler http.Handler) (*Host, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for a fake: %w", err)
	}
	h := &Host{
		server: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: 10 * time.Second,
			ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
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
	err := h.server.Close()
	for range h.done {
	}
	return err
}
