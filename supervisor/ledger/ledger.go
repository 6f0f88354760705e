// Package ledger gives counters and histograms that survive the process that counts.
//
// A ledger is a table of 64-bit cells in a memfd. The supervisor creates it once; every worker, and the next
// supervisor after USR2, inherits the descriptor and adds to the same cells atomically. Nothing is copied when a
// process ends, so nothing can be lost or counted twice, not even by kill -9: the sum is conserved because there is
// only one sum. It does not do gauges: what is true of a live process only, that process or its supervisor must say.
//
// The table only grows. Two processes that enter the same series at the same instant get a record each, and the
// reader adds them up; a process killed while it enters one leaves a record that is never read.
package ledger

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// magic names the layout: a process that was built for another one must not write here.
	magic    = 0x7061796c65640001
	capacity = 1 << 14 // records; the pages of unused ones are never allocated
	keySize  = 224
)

// ErrLayout means that the memory was laid out by a build with another idea of it.
var ErrLayout = errors.New("ledger has another layout")

type kind uint32

const (
	counterKind kind = iota + 1
	bucketKind
	sumKind
	helpKind
)

type header struct {
	magic uint64
	used  atomic.Uint64 // records reserved so far
	full  atomic.Uint64 // series refused because the table was full or their name too long
	_     [29]uint64
}

// record is one series: 256 bytes, written once and published by ready, then only value changes.
type record struct {
	ready atomic.Uint32
	kind  kind
	value atomic.Uint64
	bound uint64 // of a bucket: the bits of its upper bound
	size  uint64 // of the key
	key   [keySize]byte
}

type table struct {
	header  header
	records [capacity]record
}

// Ledger is a process's view of the shared table. Its methods may be called from any goroutine. What is counted on a nil
// Ledger is shown nowhere.
type Ledger struct {
	file  *os.File
	table *table

	mu    sync.Mutex
	known map[series]*record
}

type series struct {
	kind  kind
	bound uint64
	key   string
}

// New creates an empty ledger.
func New() (*Ledger, error) {
	fd, err := unix.MemfdCreate("ledger", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create ledger: %w", err)
	}
	file := os.NewFile(uintptr(fd), "ledger")
	if err := file.Truncate(int64(unsafe.Sizeof(table{}))); err != nil {
		return nil, errors.Join(fmt.Errorf("create ledger: %w", err), file.Close())
	}
	l, err := mapped(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	l.table.header.magic = magic
	return l, nil
}

// Open maps a ledger that another process created, and owns file from then on. It returns ErrLayout if it was built
// differently.
func Open(file *os.File) (*Ledger, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	if info.Size() != int64(unsafe.Sizeof(table{})) {
		return nil, fmt.Errorf("open ledger: %w", ErrLayout)
	}
	l, err := mapped(file)
	if err != nil {
		return nil, err
	}
	if l.table.header.magic != magic {
		return nil, errors.Join(fmt.Errorf("open ledger: %w", ErrLayout), l.unmap())
	}
	return l, nil
}

func mapped(file *os.File) (*Ledger, error) {
	b, err := unix.Mmap(int(file.Fd()), 0, int(unsafe.Sizeof(table{})), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map ledger: %w", err)
	}
	return &Ledger{file: file, table: (*table)(unsafe.Pointer(unsafe.SliceData(b))), known: map[series]*record{}}, nil
}

func (l *Ledger) unmap() error {
	return unix.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(l.table)), unsafe.Sizeof(table{})))
}

// File is the descriptor to hand to another process.
func (l *Ledger) File() *os.File { return l.file }

// enter returns the record of a series: this process's own, one that another process entered, or a new one.
func (l *Ledger) enter(s series) *record {
	if l == nil {
		return new(record)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.known[s]; r != nil {
		return r
	}
	r := l.find(s)
	if r == nil {
		r = l.add(s)
	}
	l.known[s] = r
	return r
}

func (l *Ledger) find(s series) *record {
	for r := range l.each {
		if r.is(s) {
			return r
		}
	}
	return nil
}

// add appends a record. When there is no room the caller counts into memory of its own, which nobody reads: losing a
// series is better than failing the request that is being counted.
func (l *Ledger) add(s series) *record {
	var i uint64 = capacity
	if len(s.key) <= keySize {
		i = l.table.header.used.Add(1) - 1
	}
	if i >= capacity {
		l.table.header.full.Add(1)
		return new(record)
	}
	r := &l.table.records[i]
	r.kind, r.bound, r.size = s.kind, s.bound, uint64(len(s.key))
	copy(r.key[:], s.key)
	r.ready.Store(1)
	return r
}

// each yields the published records.
func (l *Ledger) each(yield func(*record) bool) {
	for i := range min(l.table.header.used.Load(), capacity) {
		if r := &l.table.records[i]; r.ready.Load() == 1 && !yield(r) {
			return
		}
	}
}

// is compares without a copy of the key: a process that starts looks for some hundred series among as many records.
func (r *record) is(s series) bool {
	return r.kind == s.kind && r.bound == s.bound && string(r.key[:min(r.size, keySize)]) == s.key
}

func (r *record) series() series {
	return series{r.kind, r.bound, string(r.key[:min(r.size, keySize)])}
}

// separator stands between the parts of a key; it cannot occur in a metric or label name.
const separator = "\x1f"

func join(name string, labels []string) string {
	return strings.Join(append([]string{name}, labels...), separator)
}
