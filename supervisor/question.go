package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor/handover"
)

var errNoWorker = errors.New("no such worker")

// dial opens a connection to a worker's Inner handler. It is handed to the worker like any other, so it finds one that
// cannot adopt, but no listener leads there.
func dial(link *handover.Link) (net.Conn, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("dial worker: %w", err)
	}
	link.Give(handover.Move, handover.Entry{Stage: handover.Probe}, pair[1])
	f := os.NewFile(uintptr(pair[0]), "question")
	defer f.Close()
	return net.FileConn(f)
}

// over sends one request through a connection, and closes it after the answer.
func over(c net.Conn) *http.Transport {
	return &http.Transport{DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return c, nil }}
}

// putTo asks a worker something. The caller closes the answer's body.
func putTo(ctx context.Context, link *handover.Link, path string, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://worker"+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask worker: %w", err)
	}
	req.Header = header
	c, err := dial(link)
	if err != nil {
		return nil, err
	}
	res, err := over(c).RoundTrip(req)
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("ask worker: %w", err)
	}
	return res, nil
}

// askWorker asks the worker with that pid.
func (s *supervisor) askWorker(ctx context.Context, pid int, path string) (*http.Response, error) {
	link := s.linkOf(pid)
	if link == nil {
		return nil, fmt.Errorf("ask worker %d: %w", pid, errNoWorker)
	}
	return putTo(ctx, link, path, http.Header{})
}

func (s *supervisor) linkOf(pid int) (link *handover.Link) {
	s.ask(func() {
		for _, g := range s.generations {
			for _, p := range g.workers {
				if p.pid == pid && !p.gone {
					link = p.link
				}
			}
		}
	})
	return link
}
