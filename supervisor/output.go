package supervisor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sync"
	"time"
)

const (
	// longest is where a line without an end is passed on anyway.
	longest = 1 << 20
	// gathering is how long lines gather in a worker's pipe before they are read on. Under load that makes one wake-up
	// and one write of hundreds; and what is in the pipe outlives the worker.
	gathering = 10 * time.Millisecond
	// plenty is read on at once: the worker would wait if its pipe were full (64 KiB).
	plenty = 16 << 10
)

// A line of a log that knows its generation and worker, as JSON and as text. Two expressions, as each has a beginning
// to be found quickly.
var (
	signedJSON = regexp.MustCompile(`"generation":\d+,"worker":\d`)
	signedText = regexp.MustCompile(`generation=\d+ worker=\d`)
)

// output passes whole lines on, so that those of several workers never mix.
type output struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *output) pass(marked []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, _ = o.w.Write(marked) // if our log is gone there is nobody to tell
}

// mark says who wrote a line, unless it says so itself: as attributes of a JSON object, or before anything else.
func mark(to []byte, generation, slot int, line []byte) []byte {
	if signedText.Match(line) || signedJSON.Match(line) {
		return append(append(to, line...), '\n')
	}
	if !json.Valid(line) || line[0] != '{' {
		return fmt.Appendf(to, "generation=%d worker=%d %s\n", generation, slot, line)
	}
	rest := bytes.TrimLeft(line[1:], " \t\r")
	comma := ","
	if rest[0] == '}' {
		comma = ""
	}
	return fmt.Appendf(to, `{"generation":%d,"worker":%d%s%s`+"\n", generation, slot, comma, rest)
}

// lines is a worker's standard output or error.
type lines struct {
	out              *output
	generation, slot int
	part             []byte // of a line that has not ended
	marked           []byte // memory for what is passed on
}

func (l *lines) Write(p []byte) (int, error) {
	l.part = append(l.part, p...)
	rest := l.part
	for {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			break
		}
		l.marked = mark(l.marked, l.generation, l.slot, line)
		rest = after
	}
	l.part = append(l.part[:0], rest...)
	if len(l.part) > longest {
		l.end()
	}
	l.pass()
	if len(p) < plenty {
		time.Sleep(gathering)
	}
	return len(p), nil
}

// flush passes on what a dead worker did not finish.
func (l *lines) flush() {
	l.end()
	l.pass()
}

// end takes what there is of a line for one.
func (l *lines) end() {
	if len(l.part) > 0 {
		l.marked = mark(l.marked, l.generation, l.slot, l.part)
		l.part = l.part[:0]
	}
}

func (l *lines) pass() {
	if len(l.marked) > 0 {
		l.out.pass(l.marked)
		l.marked = l.marked[:0]
	}
}
