package supervisor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sync"
)

// longest is where a line without an end is passed on anyway.
const longest = 1 << 20

// signed matches a line of a log that knows its generation and worker.
var signed = regexp.MustCompile(`"generation":\d+,"worker":\d|(^| )generation=\d+ worker=\d`)

// output passes lines on, one Write for each, so that those of several workers never mix.
type output struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *output) line(generation, slot int, line []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, _ = o.w.Write(mark(generation, slot, line)) // if our log is gone there is nobody to tell
}

// mark says who wrote a line, unless it says so itself: as attributes of a JSON object, or before anything else.
func mark(generation, slot int, line []byte) []byte {
	if signed.Match(line) {
		return append(line[:len(line):len(line)], '\n')
	}
	if !json.Valid(line) || line[0] != '{' {
		return fmt.Appendf(nil, "generation=%d worker=%d %s\n", generation, slot, line)
	}
	rest := bytes.TrimLeft(line[1:], " \t\r")
	comma := ","
	if rest[0] == '}' {
		comma = ""
	}
	return fmt.Appendf(nil, `{"generation":%d,"worker":%d%s%s`+"\n", generation, slot, comma, rest)
}

// lines is a worker's standard output or error.
type lines struct {
	out              *output
	generation, slot int
	part             []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.part = append(l.part, p...)
	for {
		line, rest, ok := bytes.Cut(l.part, []byte("\n"))
		if !ok {
			break
		}
		l.out.line(l.generation, l.slot, line)
		l.part = rest
	}
	if len(l.part) > longest {
		l.flush()
	}
	return len(p), nil
}

// flush passes on what a dead worker did not finish.
func (l *lines) flush() {
	if len(l.part) > 0 {
		l.out.line(l.generation, l.slot, l.part)
		l.part = nil
	}
}
