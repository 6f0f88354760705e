package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// logPause is how long a line may wait for others, to be written with them: a write for each request costs a worker
	// as much as its cipher. A worker that is killed takes the lines of that time along; those of requests that failed
	// do not wait.
	logPause = 2 * time.Millisecond
	// logRoom is how much may wait.
	logRoom = 16 << 10
)

// logBuffer writes the lines of a log together.
type logBuffer struct {
	w io.Writer

	mu      sync.Mutex
	lines   []byte
	waiting bool // for flush
	timer   *time.Timer
}

func newLogBuffer(w io.Writer) *logBuffer {
	b := &logBuffer{w: w, lines: make([]byte, 0, logRoom)}
	b.timer = time.AfterFunc(logPause, b.flush)
	return b
}

// Write takes a line. It never fails: if the log is gone there is nobody to tell.
func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines)+len(line) > cap(b.lines) {
		b.pass()
	}
	b.lines = append(b.lines, line...)
	if !b.waiting {
		b.waiting = true
		b.timer.Reset(logPause)
	}
	return len(line), nil
}

// flush writes what waits.
func (b *logBuffer) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = false
	b.pass()
}

func (b *logBuffer) pass() {
	if len(b.lines) > 0 {
		_, _ = b.w.Write(b.lines)
		b.lines = b.lines[:0]
	}
}

// promptHandler does not let warnings and errors wait in a buffer.
type promptHandler struct {
	slog.Handler
	buffer *logBuffer
}

func (h promptHandler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		h.buffer.flush()
	}
	return err
}

func (h promptHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return promptHandler{h.Handler.WithAttrs(attrs), h.buffer}
}

func (h promptHandler) WithGroup(name string) slog.Handler {
	return promptHandler{h.Handler.WithGroup(name), h.buffer}
}
