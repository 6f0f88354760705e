package handover

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrLayout means that the board was laid out by a build with another idea of it.
var ErrLayout = errors.New("board has another layout")

const (
	boardMagic = 0x70617962640001
	seats      = 1 << 16 // connections on one machine that can move; the others are closed after a response
)

// rescuedIdle is how long the client of a rescued connection may pause: the deadline died with its owner.
const rescuedIdle = time.Minute

// Standing is what is known about a connection by everyone, whoever dies.
type Standing uint32

const (
	free      Standing = iota
	Untouched          // adopted, and as it came: any process may serve it, with the bytes that came along
	Idle               // no byte of a request has left the kernel: any process may serve it
	Busy               // a request is being read or answered: nobody else can tell whether it ran
	Transit            // sent by its owner and not adopted yet
	Gone               // closed by its owner while the supervisor may still hold a copy
)

// word is a standing and the process that owns it.
type word uint32

func wordOf(pid int, s Standing) word { return word(uint32(pid)<<3 | uint32(s)) } // pids end at 2^22

func (w word) owner() int         { return int(w >> 3) }
func (w word) standing() Standing { return Standing(w & 7) }

// Board has a word for every movable connection, in memory that the supervisor and all workers map. It answers the two
// questions that messages cannot answer once a process is dead: had it begun to read this connection, and who may take
// a connection that was on its way? Whoever swaps the word first owns the socket.
type Board struct {
	file *os.File
	mem  *boardMemory
	hint atomic.Uint32
}

type boardMemory struct {
	magic      uint64
	generation atomic.Uint32 // the last one that was started
	words      [seats]atomic.Uint32
}

// NewBoard creates an empty board.
func NewBoard() (*Board, error) {
	fd, err := unix.MemfdCreate("board", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create board: %w", err)
	}
	file := os.NewFile(uintptr(fd), "board")
	if err := file.Truncate(int64(unsafe.Sizeof(boardMemory{}))); err != nil {
		return nil, errors.Join(fmt.Errorf("create board: %w", err), file.Close())
	}
	b, err := mapBoard(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	b.mem.magic = boardMagic
	return b, nil
}

// OpenBoard maps a board that another process created, and owns file from then on. It returns ErrLayout if that
// process was built differently.
func OpenBoard(file *os.File) (*Board, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("open board: %w", err)
	}
	if info.Size() != int64(unsafe.Sizeof(boardMemory{})) {
		return nil, fmt.Errorf("open board: %w", ErrLayout)
	}
	b, err := mapBoard(file)
	if err != nil {
		return nil, err
	}
	if b.mem.magic != boardMagic {
		return nil, fmt.Errorf("open board: %w", ErrLayout)
	}
	return b, nil
}

func mapBoard(file *os.File) (*Board, error) {
	size := int(unsafe.Sizeof(boardMemory{}))
	m, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map board: %w", err)
	}
	return &Board{file: file, mem: (*boardMemory)(unsafe.Pointer(unsafe.SliceData(m)))}, nil
}

// File is the descriptor to hand to another process.
func (b *Board) File() *os.File { return b.file }

// NextGeneration counts generations, across supervisors.
func (b *Board) NextGeneration() int { return int(b.mem.generation.Add(1)) }

// sit finds a free seat for a connection of pid; 0 if there is none. Seat 0 is never given away.
func (b *Board) sit(pid int) uint32 {
	for range seats {
		seat := b.hint.Add(1) % seats
		if seat != 0 && b.swap(seat, wordOf(0, free), wordOf(pid, Idle)) {
			return seat
		}
	}
	return 0
}

func (b *Board) swap(seat uint32, from, to word) bool {
	return b.mem.words[seat].CompareAndSwap(uint32(from), uint32(to))
}

func (b *Board) set(seat uint32, w word) { b.mem.words[seat].Store(uint32(w)) }
func (b *Board) get(seat uint32) word    { return word(b.mem.words[seat].Load()) }

// InRequest reports whether a process was reading or answering a request on a connection.
func (b *Board) InRequest(seat uint32, pid int) bool { return b.get(seat) == wordOf(pid, Busy) }

// Rescue puts a connection that a dead process owned back on its way, as e tells it. It is only safe once that process
// is certainly dead, and it refuses what the process had begun to read.
func (b *Board) Rescue(e Entry, dead int) (Entry, bool) {
	switch w := b.get(e.Seat); {
	case w.standing() == Transit: // it never arrived
		return e, true
	case w == wordOf(dead, Untouched):
		b.set(e.Seat, wordOf(dead, Transit))
		return e, true
	case w == wordOf(dead, Idle): // it was served meanwhile: what came along is used up
		b.set(e.Seat, wordOf(dead, Transit))
		return Entry{Seat: e.Seat, Stage: Next, Left: int64(rescuedIdle)}, true
	}
	return e, false
}

// Free gives a seat back when nobody holds a descriptor of its connection any more.
func (b *Board) Free(seat uint32) { b.set(seat, wordOf(0, free)) }

// Sweep frees what a dead process left behind, except what is on its way to another.
func (b *Board) Sweep(dead int) {
	for i := range b.mem.words {
		if w := b.get(uint32(i)); w.owner() == dead && w.standing() != Transit {
			b.swap(uint32(i), w, wordOf(0, free))
		}
	}
}

// Count counts the connections of each process by standing.
func (b *Board) Count() map[int]map[Standing]int {
	n := map[int]map[Standing]int{}
	for i := range b.mem.words {
		w := b.get(uint32(i))
		if w.standing() == free {
			continue
		}
		if n[w.owner()] == nil {
			n[w.owner()] = map[Standing]int{}
		}
		n[w.owner()][w.standing()]++
	}
	return n
}

// busy counts the connections in a request: of one process, and of all.
func (b *Board) busy(pid int) (its, all int) {
	return b.tally(pid, func(s Standing) bool { return s == Busy })
}

// open counts the connections: of one process, and of all.
func (b *Board) open(pid int) (its, all int) {
	return b.tally(pid, func(s Standing) bool { return s != Gone })
}

func (b *Board) tally(pid int, counts func(Standing) bool) (its, all int) {
	for i := range b.mem.words {
		w := b.get(uint32(i))
		if w.standing() == free || !counts(w.standing()) {
			continue
		}
		all++
		if w.owner() == pid {
			its++
		}
	}
	return its, all
}

// Gone lists the seats of connections that their owners have closed.
func (b *Board) Gone() (gone []uint32) {
	for i := range b.mem.words {
		if b.get(uint32(i)).standing() == Gone {
			gone = append(gone, uint32(i))
		}
	}
	return gone
}
