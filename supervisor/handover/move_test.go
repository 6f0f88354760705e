package handover

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor/ledger"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// stage is two workers in this process with a messenger between them in the supervisor's place: what net/http does with
// a connection is the same, and the tests see every message.
type stage struct {
	t        *testing.T
	addr     string
	board    *Board
	old, new *actor
	entries  chan Entry // of connections that moved
}

type actor struct {
	link    *Link // the supervisor's end
	drained chan struct{}
	ended   chan error
	cancel  context.CancelFunc
}

func newStage(t *testing.T, srv func(name string) *http.Server) *stage {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	board, err := NewBoard()
	must(t, err)
	counters, err := ledger.New()
	must(t, err)
	s := &stage{t: t, addr: l.Addr().String(), board: board, entries: make(chan Entry, 1000)}
	s.old = s.enter(l, board, counters, srv("old"))
	s.new = s.enter(l, board, counters, srv("new"))
	var messengers sync.WaitGroup
	messengers.Go(func() { s.carry(s.old, s.new) })
	messengers.Go(func() { s.carry(s.new, s.old) })
	t.Cleanup(func() {
		for _, a := range []*actor{s.old, s.new} {
			a.cancel()
			if err := <-a.ended; err != nil {
				t.Errorf("serve: %v", err)
			}
			a.link.Close()
		}
		messengers.Wait()
	})
	return s
}

func (s *stage) enter(l net.Listener, board *Board, counters *ledger.Ledger, srv *http.Server) *actor {
	s.t.Helper()
	ours, theirs, err := Pair()
	must(s.t, err)
	a := &actor{drained: make(chan struct{}, 10), ended: make(chan error, 1)}
	a.link, err = NewLink(ours)
	must(s.t, err)
	f, err := l.(*net.TCPListener).File()
	must(s.t, err)
	tcp, err := openListener(f)
	must(s.t, err)
	w := &Worker{name: name{moving: true}, tcp: tcp, board: board, counters: counters}
	w.link, err = NewLink(theirs)
	must(s.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	go func() { a.ended <- w.Serve(ctx, srv) }()
	m, err := a.link.Receive()
	must(s.t, err)
	if m.Kind != Ready {
		s.t.Fatalf("first message is %d, want Ready", m.Kind)
	}
	return a
}

// carry is the supervisor's part.
func (s *stage) carry(from, to *actor) {
	for {
		m, err := from.link.Receive()
		if err != nil {
			return
		}
		switch m.Kind {
		case Move:
			for i, e := range m.Entries {
				to.link.Give(Move, e, m.FDs[i])
				s.entries <- e
			}
		case Adopted:
			for _, e := range m.Entries {
				to.link.Note(Adopted, e)
			}
		case Drained:
			from.drained <- struct{}{}
		default:
			closeAll(m.FDs)
		}
	}
}

// handOver drains the old worker and waits until it has nothing idle left. Only the new one accepts from then on.
func (s *stage) handOver() {
	s.t.Helper()
	s.old.link.Tell(Drain, "")
	select {
	case <-s.old.drained:
	case <-time.After(10 * time.Second):
		s.t.Fatal("the old worker is never drained: does net/http still wait for a request as it did?")
	}
}

// moved waits for the next connection that moves.
func (s *stage) moved() (e Entry) {
	s.t.Helper()
	select {
	case e = <-s.entries:
	case <-time.After(patience):
		s.t.Fatal("no connection has moved")
	}
	return e
}

// onOld opens connections while only the old worker accepts.
func (s *stage) onOld(dial func()) {
	s.new.link.Tell(Drain, "")
	<-s.new.drained
	dial()
	s.new.link.Tell(Resume, "")
}

func (s *stage) dial() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	must(s.t, err)
	c.SetDeadline(time.Now().Add(patience))
	s.t.Cleanup(func() { c.Close() })
	return c
}

func echo(name string) *http.Server {
	return &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s", name, b)
	}), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 10 * time.Second}
}

func request(body string) string {
	return fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func send(t *testing.T, c net.Conn, s string) {
	t.Helper()
	_, err := io.WriteString(c, s)
	must(t, err)
}

func answer(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	res, err := http.ReadResponse(r, nil)
	must(t, err)
	b, err := io.ReadAll(res.Body)
	must(t, err)
	if res.Close {
		t.Error("the answer says close")
	}
	return string(b)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestMove is also what breaks when net/http reads connections in another way than internal knowledge here says.
func TestMove(t *testing.T) {
	t.Parallel()
	t.Run("IdleConnection", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, echo)
		var c net.Conn
		var r *bufio.Reader
		s.onOld(func() {
			c = s.dial()
			r = bufio.NewReader(c)
			send(t, c, request("1"))
			wantAnswer(t, r, "old 1")
		})
		s.awaitStanding(Idle, 1) // the answer is there a moment earlier
		s.handOver()
		send(t, c, request("2"))
		wantAnswer(t, r, "new 2")
		if e := s.moved(); e.Stage != Next || e.Held != 0 || time.Duration(e.Left) > 10*time.Second || e.Left <= 0 {
			t.Errorf("moved as %+v, want an idle timeout below 10 s", e)
		}
	})
	t.Run("ConnectionThatNeverSpoke", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, echo)
		var c net.Conn
		s.onOld(func() { c = s.dial(); s.settle() })
		s.handOver()
		send(t, c, request("1"))
		wantAnswer(t, bufio.NewReader(c), "new 1")
		if e := s.moved(); e.Stage != First || time.Duration(e.Left) > 5*time.Second {
			t.Errorf("moved as %+v, want the header timeout", e)
		}
	})
	t.Run("WhileTheNextRequestArrives", testSplitRequest)
	t.Run("AfterTheRequestInProgress", testBusyConnection)
	t.Run("SilentConnectionsAreNeverBusy", testSilentConnections)
	t.Run("BackAndForth", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, echo)
		var c net.Conn
		s.onOld(func() { c = s.dial(); s.settle() })
		s.handOver()
		s.old.link.Tell(Resume, "")
		s.new.link.Tell(Drain, "")
		<-s.new.drained
		send(t, c, request("1"))
		wantAnswer(t, bufio.NewReader(c), "old 1")
	})
}

// testSilentConnections watches the board, because a worker may be killed at any moment: a connection that nobody speaks
// on would be lost with it if it were said to be busy, however shortly.
func testSilentConnections(t *testing.T) {
	t.Parallel()
	const connections, handovers = 8, 50
	s := newStage(t, echo)
	s.onOld(func() {
		for range connections {
			s.dial()
		}
		s.settle()
	})
	s.awaitStanding(Idle, connections)
	watched, watching := make(chan struct{}), sync.WaitGroup{}
	watching.Go(func() {
		for seat := uint32(0); ; seat = (seat + 1) % (2 * connections) {
			select {
			case <-watched:
				return
			default:
			}
			if s.board.get(seat).standing() == Busy {
				t.Error("a silent connection is said to be busy")
				return
			}
		}
	})
	from, to := s.old, s.new
	for range handovers {
		from.link.Tell(Drain, "")
		<-from.drained
		s.awaitStanding(Idle, connections)
		from.link.Tell(Resume, "")
		from, to = to, from
	}
	close(watched)
	watching.Wait()
}

// awaitStanding waits until so many connections stand like that. The board is memory that others write, and wakes nobody.
func (s *stage) awaitStanding(want Standing, connections int) {
	s.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		n := 0
		for _, on := range s.board.Count() {
			n += on[want]
		}
		if n == connections {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d connections, want %d: %v", n, connections, s.board.Count())
		}
	}
}

// settle waits until the old worker has accepted what was dialled.
func (s *stage) settle() {
	c := s.dial()
	send(s.t, c, strings.Replace(request("settle"), "\r\n", "\r\nConnection: close\r\n", 1))
	_, err := io.ReadAll(c)
	must(s.t, err)
}

// testSplitRequest cuts the second of two pipelined requests at every place that matters: net/http holds nothing of
// it, or up to three bytes that have to travel, or so much that the old worker has to answer.
func testSplitRequest(t *testing.T) {
	t.Parallel()
	for cut := range 12 {
		t.Run(fmt.Sprintf("%dBytesEarly", cut), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, echo)
			var c net.Conn
			var r *bufio.Reader
			second := request("2")
			s.onOld(func() {
				c = s.dial()
				r = bufio.NewReader(c)
				send(t, c, request("1")+second[:cut])
				wantAnswer(t, r, "old 1")
			})
			s.handOver()
			want := "old 2" // its header timeout runs: net/http has begun to read it
			if cut <= prefixMax {
				want = "new 2"
				// The answer to the first may be here before net/http is done with it: more bytes would be read by it then.
				s.moved()
			}
			send(t, c, second[cut:])
			wantAnswer(t, r, want)
			send(t, c, request("3"))
			wantAnswer(t, r, "new 3")
		})
	}
}

// testBusyConnection sends the first bytes of the next request while a handler runs: net/http's background read fetches
// one of them.
func testBusyConnection(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	s := newStage(t, func(name string) *http.Server {
		srv := echo(name)
		next := srv.Handler
		srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/wait" {
				<-proceed
			}
			next.ServeHTTP(w, r)
		})
		return srv
	})
	var c net.Conn
	s.onOld(func() {
		c = s.dial()
		send(t, c, strings.Replace(request("1"), "/ ", "/wait ", 1))
		s.settle()
	})
	r := bufio.NewReader(c)
	s.handOver()
	second := request("2")
	send(t, c, second[:2])
	close(proceed)
	wantAnswer(t, r, "old 1")
	s.moved()
	send(t, c, second[2:])
	wantAnswer(t, r, "new 2")
}

func wantAnswer(t *testing.T, r *bufio.Reader, want string) {
	t.Helper()
	if got := answer(t, r); got != want {
		t.Errorf("answer %q, want %q", got, want)
	}
}

func TestBufferSize_IsWhatNetHTTPReadsInto(t *testing.T) {
	t.Parallel()
	if got := bufferSize(); got != 4<<10 {
		t.Errorf("net/http reads into %d bytes, 4096 was expected: look whether Peek(4) still means idle", got)
	}
}

func TestInherit_RefusesOutsideOfASupervisor(t *testing.T) {
	t.Parallel()
	if _, ok := os.LookupEnv(Environment); ok {
		t.Fatal("the test runs as a worker")
	}
	if _, err := Inherit(); err != ErrNotAWorker {
		t.Errorf("Inherit: %v, want ErrNotAWorker", err)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	ours, theirs, err := Pair()
	must(t, err)
	a, err := NewLink(ours)
	must(t, err)
	b, err := NewLink(theirs)
	must(t, err)
	defer b.Close()
	const sockets = 300 // more than two messages carry
	for i := range sockets {
		fd, err := unix.FcntlInt(os.Stdin.Fd(), unix.F_DUPFD_CLOEXEC, 3)
		must(t, err)
		a.Give(Move, Entry{Seat: uint32(i)}, fd)
	}
	a.Tell(Left, "bye")
	a.Flush()
	a.Close()
	next := 0
	for {
		m, err := b.Receive()
		if err == io.EOF {
			t.Fatal("end before the last word")
		}
		must(t, err)
		if m.Kind == Left {
			if m.Text != "bye" || next != sockets {
				t.Errorf("last word %q after %d sockets", m.Text, next)
			}
			break
		}
		if len(m.Entries) != len(m.FDs) {
			t.Fatalf("%d entries with %d descriptors", len(m.Entries), len(m.FDs))
		}
		for _, e := range m.Entries {
			if e.Seat != uint32(next) {
				t.Fatalf("seat %d, want %d", e.Seat, next)
			}
			next++
		}
		closeAll(m.FDs)
	}
	if _, err := b.Receive(); err != io.EOF {
		t.Errorf("after the last word: %v, want io.EOF", err)
	}
}
