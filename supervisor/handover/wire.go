package handover

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"golang.org/x/sys/unix"
)

// Kind is what a message between a supervisor and a worker says.
type Kind byte

// A new kind goes to the end, and no number is ever used for something else: workers of two releases talk to one
// supervisor.
const (
	Ready   Kind = iota + 1 // from a worker: it serves; the text is its commit
	Move                    // both ways: these sockets are yours once you have adopted them
	Adopted                 // both ways: end to end; the sender may close its copies
	Refused                 // both ways: keep it
	Guard                   // from a worker: copies of sockets that it accepted itself
	Drain                   // to a worker: stop accepting, send idle connections away
	Drained                 // from a worker: no idle connection is left
	Resume                  // to a worker: accept again
	Retire                  // to a worker: give up the listener, leave when empty
	Stop                    // to a worker: nobody comes after you; finish and leave
	Cut                     // to a worker: the time is over
	Left                    // from a worker, its last word: how its connections ended (Farewell as JSON)
	Abandon                 // to a worker: nobody takes your connections; take back what is on its way, and leave
)

const (
	batch     = 128 // sockets per message; Linux takes 253 (SCM_MAX_FD)
	prefixMax = 3   // bytes of a request that can travel with its connection: Peek(4) holds no more
)

// Entry is one connection in a message.
type Entry struct {
	Seat   uint32 // on the board
	Left   int64  // nanoseconds until its read deadline, 0 if it has none
	Prefix [prefixMax]byte
	Held   uint8 // how many bytes of Prefix count
	Stage  Stage
}

// Stage says what a connection on the wire waits for.
type Stage uint8

const (
	First Stage = iota // its first request: the header timeout runs
	Next               // its next request: the idle timeout runs
	Probe              // the supervisor's own question for health: no seat, never moves
)

var entrySize = binary.Size(Entry{})

// Message is what one read returns: entries with descriptors in the same order. The kernel drops descriptors that the
// receiver has no room for (RLIMIT_NOFILE), from the end, so there may be fewer descriptors than entries.
type Message struct {
	Kind    Kind
	Entries []Entry
	FDs     []int
	Text    string
}

func (m Message) encode() []byte {
	b := []byte{byte(m.Kind), byte(len(m.Entries))}
	b, _ = binary.Append(b, binary.LittleEndian, m.Entries) // fails only for types without a fixed size
	return append(b, m.Text...)
}

func decode(b []byte) (Message, error) {
	if len(b) < 2 || len(b) < 2+int(b[1])*entrySize {
		return Message{}, fmt.Errorf("message of %d bytes is too short", len(b))
	}
	m := Message{Kind: Kind(b[0]), Entries: make([]Entry, b[1])}
	end := 2 + len(m.Entries)*entrySize
	if err := binary.Read(bytes.NewReader(b[2:end]), binary.LittleEndian, m.Entries); err != nil {
		return Message{}, err
	}
	m.Text = string(b[end:])
	return m, nil
}

// receive reads one message; io.EOF once the peer is gone and everything that it wrote has been read.
func receive(c *net.UnixConn) (Message, error) {
	b, oob := make([]byte, 2+batch*entrySize+1024), make([]byte, unix.CmsgSpace(4*batch))
	n, on, _, _, err := c.ReadMsgUnix(b, oob) // sets MSG_CMSG_CLOEXEC
	for errors.Is(err, unix.ECONNRESET) {
		// The peer died with messages unread: Linux says so once, before the messages that it wrote itself.
		n, on, _, _, err = c.ReadMsgUnix(b, oob)
	}
	if err != nil || n == 0 {
		return Message{}, io.EOF
	}
	fds := descriptors(oob[:on])
	m, err := decode(b[:n])
	if err != nil {
		closeAll(fds)
		return Message{}, fmt.Errorf("read handover message: %w", err)
	}
	m.FDs = fds
	return m, nil
}

func descriptors(oob []byte) (fds []int) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil
	}
	for _, m := range messages {
		if f, err := unix.ParseUnixRights(&m); err == nil {
			fds = append(fds, f...)
		}
	}
	return fds
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}
