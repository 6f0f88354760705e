package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/filelock"
	"github.com/samchon/payments-server/supervisor"
)

// home is PAYMENTS_HOME as one start or stop sees it. Whoever starts or stops what
// belongs to a home holds its lock meanwhile; a server that runs does not.
type home struct {
	cfg    *config.Config
	unlock func()
	// upgrade is whether the supervisor of this home started us to replace it.
	upgrade bool
}

// enterHome makes the home and locks it for a start, which is refused when a
// server runs there already or a port is taken.
func enterHome(ctx context.Context, cfg *config.Config) (*home, error) {
	h, err := lockHome(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := h.admitStart(ctx); err != nil {
		h.leave()
		return nil, err
	}
	return h, nil
}

// lockHome makes the home and waits for its lock. Others may pass through it:
// when root starts the server, PostgreSQL in it runs as somebody else.
func lockHome(ctx context.Context, cfg *config.Config) (*home, error) {
	if err := os.MkdirAll(cfg.Home, 0o755); err != nil {
		return nil, homeError(err)
	}
	for _, dir := range []string{"run", "logs"} {
		if err := os.MkdirAll(cfg.Path(dir), 0o700); err != nil {
			return nil, homeError(err)
		}
	}
	h := &home{cfg: cfg, unlock: func() {}}
	return h, h.lock(ctx)
}

func homeError(err error) error {
	return fmt.Errorf("cannot use the home, choose another with PAYMENTS_HOME: %w", err)
}

// lock waits for the lock, after leave for the second time.
func (h *home) lock(ctx context.Context) error {
	unlock, err := filelock.Lock(ctx, h.cfg.Path("run", "lock"))
	if err != nil {
		return homeError(err)
	}
	h.unlock = unlock
	return nil
}

// occupy keeps the home open until the returned function is called: by that, and by
// the pid file, others know whose server we are.
func (h *home) occupy() (vacate func(), err error) {
	dir, err := os.Open(h.cfg.Home)
	if err != nil {
		return nil, homeError(err)
	}
	return func() { _ = dir.Close() }, nil
}

// leave unlocks the home. It may be called repeatedly.
func (h *home) leave() { h.unlock() }

func (h *home) supervisorPID() string { return h.cfg.Path("run", "supervisor.pid") }

// supervisor is the process that runs the server of this home, 0 without one.
func (h *home) supervisor() int { return livingProcess(h.cfg.Home, h.supervisorPID(), "start") }

// succeeded reports whether a supervisor other than us is in charge of this home.
func (h *home) succeeded() bool {
	pid := h.supervisor()
	return pid != 0 && pid != os.Getpid()
}

func (h *home) admitStart(ctx context.Context) error {
	running := h.supervisor()
	if running != 0 && running == os.Getppid() {
		h.upgrade = true // it holds the ports and leaves them to us
		return nil
	}
	if running != 0 && running != os.Getpid() { // as in a container, where every start is process 1
		return fmt.Errorf("the server of %s runs already, as process %d: see `payments status`", h.cfg.Home, running)
	}
	if err := endOrphans(ctx, h.cfg.Home); err != nil {
		return err
	}
	if supervisor.Activated() { // systemd kept the API's listener for us
		return checkFree(h.cfg.Admin.Addr(), "ADMIN_PORT")
	}
	return errors.Join(
		checkFree(h.cfg.API.Addr(), "API_PORT"),
		checkFree(h.cfg.Admin.Addr(), "ADMIN_PORT"),
	)
}

// checkFree says in one line which variable to set when an address is taken.
func checkFree(address, variable string) error {
	ln, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken by another program: stop that one, or choose another port with %s", address, variable)
	}
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return ln.Close()
}
