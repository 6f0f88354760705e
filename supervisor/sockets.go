package supervisor

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cloudflare/tableflip"
	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor/handover"
	"github.com/samchon/payments-server/supervisor/ledger"
)

// Names of listeners in systemd's hands.
const (
	apiName   = "api"
	adminName = "admin"
)

// Limits of taking an address over from the orphans of a crash, who give it up after ten seconds.
const (
	rebindTimeout = 20 * time.Second
	rebindEvery   = 5 * time.Millisecond
)

// Names under which tableflip hands files to the next supervisor.
const (
	boardFile  = "board"
	ledgerFile = "ledger"
	bridgeFile = "bridge"
)

// sockets is what a supervisor owns and its successor inherits: everything that must not end with a process.
type sockets struct {
	flip   *tableflip.Upgrader
	api    *os.File // what workers inherit
	apiAt  string
	admin  net.Listener
	board  *handover.Board
	ledger *ledger.Ledger
	bridge *os.File // to the supervisor before this one; nil without one
}

func openSockets(o Options) (s *sockets, err error) {
	flip, err := tableflip.New(tableflip.Options{PIDFile: o.PIDFile,
		UpgradeTimeout: o.ReadyTimeout + o.Probation + o.StopBudget + upgradeSlack})
	if err != nil {
		return nil, fmt.Errorf("open sockets: %w", err)
	}
	s = &sockets{flip: flip}
	defer func() {
		if err != nil {
			flip.Stop()
		}
	}()
	if err := s.listen(o); err != nil {
		return nil, fmt.Errorf("open sockets: %w", err)
	}
	if err := s.openMemory(); err != nil {
		return nil, fmt.Errorf("open sockets: %w", err)
	}
	s.bridge, err = flip.File(bridgeFile)
	return s, err
}

func (s *sockets) listen(o Options) error {
	given, err := activated()
	if err != nil {
		return err
	}
	api, err := s.open(given[apiName], o.API, o.PIDFile)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	defer api.Close() // tableflip keeps its own copy
	s.apiAt = api.Addr().String()
	if s.api, err = spare(api); err != nil {
		return fmt.Errorf("api: %w", err)
	}
	if s.admin, err = s.open(given[adminName], o.Admin, o.PIDFile); err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	return nil
}

// open takes a listener from systemd, from the supervisor before us, or binds one. After a crash without systemd's help
// the old workers hold the address as long as they go on serving, so then it is worth waiting for.
func (s *sockets) open(given net.Listener, addr, pidFile string) (net.Listener, error) {
	if tcp, ok := given.(*net.TCPListener); ok && !s.flip.HasParent() {
		return given, s.flip.AddListener("tcp", addr, tcp)
	}
	for end := time.Now().Add(rebindTimeout); ; time.Sleep(rebindEvery) {
		l, err := s.flip.Listen("tcp", addr)
		if err == nil || !strings.Contains(err.Error(), unix.EADDRINUSE.Error()) || // tableflip does not wrap it
			!crashed(pidFile) || time.Now().After(end) {
			return l, err
		}
	}
}

// crashed reports whether the supervisor that a pid file names is dead: it removes the file when it stops.
func crashed(pidFile string) bool {
	b, err := os.ReadFile(pidFile)
	if err != nil {
		return false
	}
	pid, err := strconv.Atoi(string(b))
	return err == nil && gone(pid)
}

// spare copies a listener's descriptor for workers. Not with File: os/exec would make the description blocking, which
// all workers share, and one that waits in accept could then not be stopped any more.
func spare(l net.Listener) (*os.File, error) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return nil, fmt.Errorf("%T is not a TCP listener", l)
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	cerr := raw.Control(func(f uintptr) { fd, err = unix.FcntlInt(f, unix.F_DUPFD_CLOEXEC, 3) })
	if err := errors.Join(cerr, err); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "api listener"), nil
}

func (s *sockets) openMemory() (err error) {
	if s.board, err = inherit(s.flip, boardFile, handover.OpenBoard, handover.NewBoard); err != nil {
		return err
	}
	s.ledger, err = inherit(s.flip, ledgerFile, ledger.Open, ledger.New)
	return err
}

type fileBacked interface{ File() *os.File }

// inherit opens shared memory of the supervisor before this one, or creates it, and leaves it to the next.
func inherit[T fileBacked](flip *tableflip.Upgrader, name string, open func(*os.File) (T, error), create func() (T, error)) (m T, err error) {
	f, err := flip.File(name)
	if err != nil {
		return m, err
	}
	if f != nil {
		return open(f)
	}
	if m, err = create(); err != nil {
		return m, err
	}
	return m, flip.AddFile(name, m.File())
}
