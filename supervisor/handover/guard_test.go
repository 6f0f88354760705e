package handover

import (
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestLink_GivesNowInOrder mixes what is sent at once with what is queued: the peer must not be able to tell.
func TestLink_GivesNowInOrder(t *testing.T) {
	t.Parallel()
	ours, theirs, err := Pair()
	must(t, err)
	a, err := NewLink(ours)
	must(t, err)
	b, err := NewLink(theirs)
	must(t, err)
	defer b.Close()
	const sockets = 2000 // more than the socket buffer takes
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for i := range sockets {
			fd, err := unix.FcntlInt(os.Stdin.Fd(), unix.F_DUPFD_CLOEXEC, 3)
			if err != nil {
				t.Error(err)
			}
			give := a.GiveNow
			if i%7 == 0 {
				give = a.Give
			}
			give(Guard, Entry{Seat: uint32(i)}, fd)
		}
		a.Flush()
		a.Close()
	}()
	for next := 0; next < sockets; {
		m, err := b.Receive()
		must(t, err)
		for _, e := range m.Entries {
			if e.Seat != uint32(next) {
				t.Fatalf("seat %d, want %d", e.Seat, next)
			}
			next++
		}
		closeAll(m.FDs)
	}
	<-sent
}

// BenchmarkGuard is the time in which a connection would die with the worker that accepts it: from there until its copy
// is sent. What remains is the kernel's: nobody else can take a connection that a dead process had accepted.
func BenchmarkGuard(b *testing.B) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	board, err := NewBoard()
	if err != nil {
		b.Fatal(err)
	}
	ours, theirs, err := Pair()
	if err != nil {
		b.Fatal(err)
	}
	worker, err := NewLink(ours)
	if err != nil {
		b.Fatal(err)
	}
	supervisor, err := NewLink(theirs)
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		for m, err := supervisor.Receive(); err == nil; m, err = supervisor.Receive() {
			closeAll(m.FDs)
		}
	}()
	y := newYard(board, worker)
	y.guarding.Store(true)
	var open time.Duration
	for b.Loop() {
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		tc, err := l.AcceptTCP()
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		c := y.welcome(tc, true)
		open += time.Since(began)
		c.Close()
		client.Close()
		board.Free(c.seat.number)
	}
	b.ReportMetric(float64(open.Microseconds())/float64(b.N), "µs-unguarded/op")
	worker.Close()
	supervisor.Close()
}
