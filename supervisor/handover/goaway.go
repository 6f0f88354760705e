package handover

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// goAwayGrace is between the two steps of leaving an HTTP/2 connection: longer than any round trip, and than a busy
// client needs to send what it has begun.
const goAwayGrace = 3 * time.Second

const (
	frameHeaderSize = 9
	goAwayType      = 0x7
	lastStream      = 1<<31 - 1
)

// firstGoAway asks the client to open its next stream elsewhere, and promises to serve every stream that it has opened
// or is just opening. net/http can only name the last stream that it knows, so streams on their way are refused, and
// those whose body cannot be sent twice fail. RFC 9113 §6.8 describes the two steps; the second is net/http's own.
var firstGoAway = func() []byte {
	b := make([]byte, frameHeaderSize, frameHeaderSize+8)
	b[2], b[3] = 8, goAwayType // payload length, type; no flags, stream 0
	b = binary.BigEndian.AppendUint32(b, lastStream)
	return binary.BigEndian.AppendUint32(b, 0) // NO_ERROR
}()

// frames follows the frames that net/http writes, to know where one of ours may stand between them.
type frames struct {
	asked atomic.Bool // to leave

	mu     sync.Mutex
	header []byte // of the next frame, as far as it is written
	rest   int    // bytes of the current frame still to come
	begun  bool   // net/http has written its SETTINGS, which must come first
	due    []byte // what we have to write
	sent   time.Time
}

// write passes on what net/http writes, and our frame behind it if that is a place for it.
func (f *frames) write(w io.Writer, p []byte) (n int, err error) {
	if n, err = f.locked(w, p); err == nil && f.asked.Load() {
		f.goAway(w) // it may have been asked for while we held the lock
	}
	return n, err
}

func (f *frames) locked(w io.Writer, p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.interpose(w); err != nil {
		return 0, err
	}
	n, err := w.Write(p)
	f.follow(p[:n])
	return n, err
}

// goAway sends the first step, now or between the next frames, and reports whether it is time for the second. now must
// not wait: the caller has other clients.
func (f *frames) goAway(now io.Writer) (second bool) {
	f.asked.Store(true)
	if !f.mu.TryLock() { // net/http is writing, and looks afterwards
		return false
	}
	defer f.mu.Unlock()
	if f.sent.IsZero() {
		f.due, f.sent = firstGoAway, time.Now()
	}
	_ = f.interpose(now) // a broken connection is net/http's to notice
	return len(f.due) == 0 && time.Since(f.sent) >= goAwayGrace
}

// interpose writes what is due if net/http is between two frames.
func (f *frames) interpose(w io.Writer) error {
	if len(f.due) == 0 || !f.begun || f.rest > 0 || len(f.header) > 0 {
		return nil
	}
	n, err := w.Write(f.due)
	f.due = f.due[n:]
	return err
}

func (f *frames) follow(p []byte) {
	for len(p) > 0 {
		if f.rest > 0 {
			n := min(f.rest, len(p))
			f.rest, p = f.rest-n, p[n:]
			continue
		}
		n := min(frameHeaderSize-len(f.header), len(p))
		f.header, p = append(f.header, p[:n]...), p[n:]
		if len(f.header) == frameHeaderSize {
			f.rest = int(f.header[0])<<16 | int(f.header[1])<<8 | int(f.header[2])
			f.header, f.begun = f.header[:0], true
		}
	}
}

// Write is net/http's; over HTTP/2 we may want to add a frame.
func (c *conn) Write(p []byte) (int, error) {
	if !c.http2.Load() || c.tls != nil { // with TLS, secured follows the frames
		return c.TCPConn.Write(p)
	}
	return c.frames.write(c.TCPConn, p)
}

// mayClose asks the client of an HTTP/2 connection to leave, and reports whether we may close it: it has had
// the time to hear that it should not open another stream.
func (c *conn) mayClose() bool {
	if !c.http2.Load() {
		return true
	}
	if !c.frames.asked.Load() {
		time.AfterFunc(goAwayGrace, c.home.note) // look again: a client may stay though it has no stream
	}
	if c.tls != nil {
		return c.frames.goAway(impatientTLS{c})
	}
	return c.frames.goAway(impatient{c})
}

// impatient writes what the socket takes at once.
type impatient struct{ *conn }

func (c impatient) Write(p []byte) (n int, err error) {
	cerr := c.raw.Control(func(fd uintptr) { n, err = unix.Write(int(fd), p) })
	if errors.Is(err, unix.EAGAIN) {
		err = nil
	}
	return max(n, 0), errors.Join(cerr, err)
}
