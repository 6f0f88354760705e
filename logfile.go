package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/samchon/payments-server/internal/filelock"
)

// What the log of a server in the background may take on disk: ten files.
const (
	logFileSize = 100 << 20
	oldLogFiles = 9
)

// logLockTimeout bounds the wait for another supervisor that puts the file aside.
const logLockTimeout = time.Second

// logFile is a file that is put aside when it is large; the oldest are deleted. Two
// supervisors write to it while one replaces the other, so whoever finds it full puts
// it aside under a lock, unless the other has done so. Libraries for this count their
// own bytes only: lumberjack v2.2.1, shared by two, lost a whole file.
type logFile struct {
	path string
	size int64

	mu   sync.Mutex
	file *os.File
}

func openLogFile(path string, size int64) (*logFile, error) {
	f, err := appendTo(path)
	return &logFile{path: path, size: size, file: f}, err
}

func appendTo(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// Write writes to a full file rather than nowhere, if it cannot be put aside.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if info, err := l.file.Stat(); err == nil && info.Size() > 0 && info.Size()+int64(len(p)) > l.size {
		if err := l.renew(info); err != nil {
			fmt.Fprintln(l.file, "payments: cannot begin another log file:", err)
		}
	}
	return l.file.Write(p)
}

// renew opens the file that is to be written to now.
func (l *logFile) renew(full os.FileInfo) error {
	ctx, cancel := context.WithTimeout(context.Background(), logLockTimeout)
	defer cancel()
	unlock, err := filelock.Lock(ctx, l.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if now, err := os.Stat(l.path); err == nil && os.SameFile(now, full) {
		if err := l.putAside(); err != nil {
			return err
		}
	}
	next, err := appendTo(l.path)
	if err != nil {
		return err
	}
	_ = l.file.Close() // everything is written
	l.file = next
	return nil
}

func (l *logFile) putAside() error {
	if err := os.Rename(l.path, l.path+time.Now().UTC().Format(".20060102T150405.000000000")); err != nil {
		return err
	}
	old, err := filepath.Glob(l.path + ".2*") // in the order of their times
	if err != nil {
		return err
	}
	slices.Sort(old)
	for _, path := range old[:max(0, len(old)-oldLogFiles)] {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// logTo makes everything that this process says go to a file.
func (p *program) logTo(path string) error {
	f, err := openLogFile(path, logFileSize)
	if err != nil {
		return err
	}
	p.stdout, p.stderr = f, f
	return nil
}
