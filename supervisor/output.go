package supervisor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	// longest is where a line without an end is passed on anyway.
	longest = 1 << 20
	// gathering is how long lines gather in a worker's pipe before they are read on. Under load that makes one wake-up
	// and one write of hundreds; and what is in the pipe outlives the worker.
	gathering = 10 * time.Millisecond
	// plenty is read on at once: the worker would wait if its pipe were full (64 KiB).
	plenty = 16 << 10
	// lastWords is how much of a worker's last line is kept as the reason of its end.
	lastWords = 300
)

// A line of a log that knows its generation and worker, as JSON and as text. Two expressions, as each has a beginning
// to be found quickly.
var (
	signedJSON = regexp.MustCompile(`"generation":\d+,"worker":\d`)
	signedText = regexp.MustCompile(`generation=\d+ worker=\d`)
)

// traceBegins after a panic has said why; what follows says where.
var traceBegins = []byte("goroutine ")

// Passwords where a library's error might repeat the address of a database: in a URL, and among settings.
var (
	passwordInURL = regexp.MustCompile(`://\S*@`)
	passwordSet   = regexp.MustCompile(`(?i)(password\s*[=:]\s*)('[^']*'|"[^"]*"|\S+)`)
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

// mark says who wrote a line, unless it says so itself: as attributes of a JSON object, or before anything else, where
// it is plain and not a log's.
func mark(to []byte, generation, slot int, line []byte) (marked []byte, plain bool) {
	if signedText.Match(line) || signedJSON.Match(line) {
		return append(append(to, line...), '\n'), false
	}
	if !json.Valid(line) || line[0] != '{' {
		return fmt.Appendf(to, "generation=%d worker=%d %s\n", generation, slot, line), true
	}
	rest := bytes.TrimLeft(line[1:], " \t\r")
	comma := ","
	if rest[0] == '}' {
		comma = ""
	}
	return fmt.Appendf(to, `{"generation":%d,"worker":%d%s%s`+"\n", generation, slot, comma, rest), false
}

// lines is a worker's standard output or error.
type lines struct {
	out              *output
	generation, slot int
	part             []byte // of a line that has not ended
	marked           []byte // memory for what is passed on
	last             []byte // plain line, before a stack trace
	trace            bool
}

func (l *lines) Write(p []byte) (int, error) {
	l.part = append(l.part, p...)
	rest := l.part
	for {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			break
		}
		l.take(line)
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
		l.take(l.part)
		l.part = l.part[:0]
	}
}

func (l *lines) take(line []byte) {
	var plain bool
	l.marked, plain = mark(l.marked, l.generation, l.slot, line)
	l.trace = l.trace || bytes.HasPrefix(line, traceBegins)
	if plain && !l.trace && len(bytes.TrimSpace(line)) > 0 {
		l.last = append(l.last[:0], line[:min(len(line), lastWords)]...)
	}
}

// lastWord is what a dead worker said last to whoever started it. Its log's lines are not meant: they are for those who
// may read the log, while a reason is shown to everybody who may ask for the status, and on terminals.
func (l *lines) lastWord() string {
	word := passwordInURL.ReplaceAllString(strings.ToValidUTF8(string(l.last), ""), "://…@")
	word = passwordSet.ReplaceAllString(word, "$1…")
	return strings.TrimSpace(strings.Map(printable, word))
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}

func (l *lines) pass() {
	if len(l.marked) > 0 {
		l.out.pass(l.marked)
		l.marked = l.marked[:0]
	}
}
