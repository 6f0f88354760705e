package handover

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor/ledger"
)

// ErrNotAWorker means that this process was not started by a supervisor.
var ErrNotAWorker = errors.New("not started by a supervisor")

// Worker is this process as its supervisor sees it.
type Worker struct {
	// Commit is what the census shows of this build. Set it before Serve.
	Commit string
	// Inner answers what the supervisor asks over the link: for health, and what View.Ask passes on. No client can reach
	// it. Nil: the handler of the API. Set it before Serve.
	Inner http.Handler

	name     name
	tcp      *net.TCPListener
	link     *Link
	board    *Board
	counters *ledger.Ledger
	output   *os.File // for the time without a supervisor, if any
}

// Inherit takes over what the supervisor gave to this process. Call it once, before anything else opens a descriptor.
// It returns ErrNotAWorker outside of a supervisor.
func Inherit() (*Worker, error) {
	text, ok := os.LookupEnv(Environment)
	if !ok {
		return nil, ErrNotAWorker
	}
	os.Unsetenv(Environment) // a process that we start is not a worker
	n, err := parseName(text)
	if err != nil {
		return nil, fmt.Errorf("inherit from supervisor: %w", err)
	}
	signal.Ignore(syscall.SIGPIPE) // our output ends in the supervisor: its death must not be ours
	w := &Worker{name: n}
	if err := w.open(); err != nil {
		return nil, fmt.Errorf("inherit from supervisor: %w", err)
	}
	return w, nil
}

func (w *Worker) open() (err error) {
	files := make([]*os.File, inherited)
	for i := range files {
		fd := firstFD + i
		unix.CloseOnExec(fd)
		files[i] = os.NewFile(uintptr(fd), "inherited")
	}
	if w.tcp, err = openListener(files[listenerFile]); err != nil {
		return err
	}
	if w.link, err = NewLink(files[linkFile]); err != nil {
		return err
	}
	if w.board, err = OpenBoard(files[boardFile]); err != nil {
		return err
	}
	if w.name.output {
		unix.CloseOnExec(firstFD + outputFile)
		w.output = os.NewFile(firstFD+outputFile, "last output")
	}
	w.counters, err = ledger.Open(files[ledgerFile])
	return err
}

// speakAlone writes to where the supervisor wrote, which read our output.
func (w *Worker) speakAlone() {
	if w.output == nil {
		return
	}
	for _, fd := range []int{unix.Stdout, unix.Stderr} {
		_ = unix.Dup3(int(w.output.Fd()), fd, 0) // if it fails we are as mute as before
	}
}

func openListener(f *os.File) (*net.TCPListener, error) {
	l, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	f.Close()
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return nil, fmt.Errorf("%T is not a TCP listener", l)
	}
	return tcp, nil
}

// Generation is the number of the generation that this worker belongs to.
func (w *Worker) Generation() int { return w.name.generation }

// Slot tells the workers of one generation apart: 1, 2, …
func (w *Worker) Slot() int { return w.name.slot }

// Addr is the address of the API listener.
func (w *Worker) Addr() net.Addr { return w.tcp.Addr() }

// Requests is how many connections with a request under way this worker has, and how many all workers have, of whatever
// generation. It looks at the whole board, which takes some ten microseconds.
func (w *Worker) Requests() (mine, all int) { return w.board.busy(os.Getpid()) }

// Counters is the ledger on the supervisor's /metrics: what is added here outlives this process.
func (w *Worker) Counters() *ledger.Ledger { return w.counters }
