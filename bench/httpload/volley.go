package httpload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"
)

// Volley sends requests that are ready made, one at a time on each connection. One thread does it for all of them with
// epoll, as wrk does: a goroutine for each connection would cost more system calls and wake-ups than the requests.
type Volley struct {
	Address     string // of IPv4
	Connections int
	// Request is what a connection sends next, header and all. n counts the requests of one connection.
	Request func(connection, n int) []byte
}

// Prepare makes a request for a Volley. The header consists of lines that end in CRLF.
func Prepare(method, address, path, header string, body []byte) []byte {
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s", method, path, address, header,
		len(body), body)
}

// Closed lets every connection send its next request as soon as it has the answer,
// for the duration: what a server can do at most.
func (v Volley) Closed(ctx context.Context, d time.Duration) (Lap, error) {
	return v.run(ctx, d, 0)
}

// Open lets requests fall due at a rate, whether or not earlier ones are answered,
// and measures from the moment a request was due: a server that stalls is not spared
// the requests that would have come meanwhile (coordinated omission).
func (v Volley) Open(ctx context.Context, d time.Duration, perSecond float64) (Lap, error) {
	return v.run(ctx, d, time.Duration(float64(v.Connections)/perSecond*float64(time.Second)))
}

// run lets each connection's requests fall due at that pause; 0: with the answer to the one before.
func (v Volley) run(ctx context.Context, d, pause time.Duration) (lap Lap, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f, err := v.newFiring(pause)
	if err != nil {
		return Lap{}, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	cpu, began := OwnCPU(), time.Now()
	f.end = began.Add(d)
	if err := f.fire(ctx, began); err != nil {
		return Lap{}, err
	}
	took := time.Since(began)
	return Lap{Calls: f.answered, Requests: f.answered, Took: took, Own: OwnCPU() - cpu, Latency: f.latency}, nil
}

// firing is a Volley under way.
type firing struct {
	Volley
	pause time.Duration
	end   time.Time

	epoll, timer int
	barrels      []barrel
	open         int // connections that have more to do
	answered     int
	latency      *hdrhistogram.Histogram
	buffer       []byte // what is read goes there first
}

// barrel is a connection.
type barrel struct {
	fd     int
	n      int       // requests sent
	due    time.Time // when the request was due that waits for its answer, or the next one
	flying bool      // it waits for its answer
	answer answer
}

func (v Volley) newFiring(pause time.Duration) (_ *firing, err error) {
	f := &firing{Volley: v, pause: pause, latency: NewLatency(), buffer: make([]byte, 64<<10), epoll: -1, timer: -1}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	if f.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	if f.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC); err != nil {
		return nil, fmt.Errorf("timerfd: %w", err)
	}
	if err := f.watch(f.timer, timerIndex); err != nil {
		return nil, err
	}
	to, err := net.ResolveTCPAddr("tcp4", v.Address)
	if err != nil {
		return nil, err
	}
	for i := range v.Connections {
		fd, err := connect(to)
		if err != nil {
			return nil, err
		}
		f.barrels = append(f.barrels, barrel{fd: fd})
		if err := f.watch(fd, int32(i)); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func connect(to *net.TCPAddr) (fd int, err error) {
	if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	err = errors.Join(unix.Connect(fd, &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())}),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1), unix.SetNonblock(fd, true))
	if err != nil {
		return -1, errors.Join(fmt.Errorf("connect to %s: %w", to, err), unix.Close(fd))
	}
	return fd, nil
}

const timerIndex = -1

func (f *firing) watch(fd int, index int32) error {
	if err := unix.EpollCtl(f.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: index}); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

func (f *firing) close() (err error) {
	for _, b := range f.barrels {
		err = errors.Join(err, unix.Close(b.fd))
	}
	for _, fd := range []int{f.epoll, f.timer} {
		if fd >= 0 {
			err = errors.Join(err, unix.Close(fd))
		}
	}
	return err
}

// fire sends and receives until every connection has the answer to its last request.
func (f *firing) fire(ctx context.Context, began time.Time) error {
	f.open = len(f.barrels)
	for i := range f.barrels {
		f.barrels[i].due = began.Add(f.pause * time.Duration(i) / time.Duration(len(f.barrels)))
	}
	if err := f.load(); err != nil {
		return err
	}
	events := make([]unix.EpollEvent, len(f.barrels)+1)
	for f.open > 0 {
		n, err := unix.EpollWait(f.epoll, events, int(time.Second.Milliseconds()))
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("epoll: %w", err)
		}
		switch late := time.Since(f.end); {
		case ctx.Err() != nil:
			return ctx.Err()
		case late > patience:
			return fmt.Errorf("%d connections have no answer %s after the end", f.open, late)
		}
		for _, event := range events[:max(n, 0)] {
			if event.Fd == timerIndex {
				_, _ = unix.Read(f.timer, f.buffer) // only to silence it
				err = f.load()
			} else {
				err = f.receive(&f.barrels[event.Fd], int(event.Fd))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// load sends what is due, and sets the timer for what is next.
func (f *firing) load() error {
	now, next := time.Now(), time.Duration(math.MaxInt64)
	for i := range f.barrels {
		b := &f.barrels[i]
		if b.flying || b.fd < 0 {
			continue
		}
		if wait := b.due.Sub(now); wait > 0 {
			next = min(next, wait)
			continue
		}
		if err := f.send(b, i); err != nil {
			return err
		}
	}
	if f.pause == 0 || next == math.MaxInt64 {
		return nil
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(next))}
	return unix.TimerfdSettime(f.timer, 0, &spec, nil)
}

// send sends the next request, unless its time would be after the end.
func (f *firing) send(b *barrel, connection int) error {
	if !b.due.Before(f.end) {
		b.flying = true // for ever: nothing more to do
		f.open--
		return nil
	}
	request := f.Request(connection, b.n)
	b.n++
	b.flying = true
	b.answer.reset()
	n, err := unix.Write(b.fd, request)
	if err != nil || n < len(request) {
		return fmt.Errorf("send %d bytes: wrote %d: %w", len(request), n, err)
	}
	return nil
}

// receive reads what has come, and sends the next request after a whole answer, if it is due.
func (f *firing) receive(b *barrel, connection int) error {
	n, err := unix.Read(b.fd, f.buffer)
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return fmt.Errorf("read an answer: %w", err)
	case n == 0:
		return errors.New("read an answer: the server has closed the connection")
	}
	whole, err := b.answer.add(f.buffer[:n])
	if err != nil || !whole {
		return err
	}
	now := time.Now()
	f.answered++
	_ = f.latency.RecordValue(max(1, now.Sub(b.due).Microseconds())) // what lasts beyond a minute is not in there
	b.flying = false
	if f.pause == 0 {
		b.due = now
		return f.send(b, connection)
	}
	b.due = b.due.Add(f.pause)
	return f.load()
}

// answer is as much of an answer as has come.
type answer struct {
	text []byte
	body int // where the body begins, 0 until its header is whole
	size int // of the body, or chunked
}

func (a *answer) reset() { a.text, a.body, a.size = a.text[:0], 0, chunked }

// add takes more of it, and reports whether that is all. An answer that is no success is an error.
func (a *answer) add(more []byte) (whole bool, err error) {
	a.text = append(a.text, more...)
	if a.body == 0 {
		head, _, ok := bytes.Cut(a.text, []byte("\r\n\r\n"))
		if !ok {
			return false, nil
		}
		a.body = len(head) + 4
		if err := a.begin(head); err != nil {
			return false, err
		}
	}
	if a.size != chunked {
		return len(a.text) >= a.body+a.size, nil
	}
	return chunksEnd(a.text[a.body:])
}

// begin reads the header.
func (a *answer) begin(head []byte) error {
	if len(head) < len("HTTP/1.1 200") || head[9] != '2' {
		line, _, _ := bytes.Cut(head, []byte("\r\n"))
		return fmt.Errorf("answered %q: %s", line, a.text[a.body:])
	}
	if _, rest, ok := bytes.Cut(head, []byte("\r\n"+http.CanonicalHeaderKey("Content-Length")+": ")); ok {
		text, _, _ := bytes.Cut(rest, []byte("\r\n"))
		size, err := strconv.Atoi(string(text))
		a.size = size
		return err
	}
	return nil
}

// chunksEnd reports whether the last chunk has come (RFC 9112 §7.1).
func chunksEnd(body []byte) (bool, error) {
	for {
		line, rest, ok := bytes.Cut(body, []byte("\r\n"))
		if !ok {
			return false, nil
		}
		size, err := strconv.ParseUint(string(line), 16, 31)
		if err != nil {
			return false, fmt.Errorf("chunk of an answer: %w", err)
		}
		switch end := int(size) + 2; {
		case len(rest) < end:
			return false, nil
		case size == 0:
			return true, nil
		default:
			body = rest[end:]
		}
	}
}
