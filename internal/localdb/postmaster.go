package localdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is a running server as its postmaster.pid describes it.
type postmaster struct {
	pid       int
	port      int
	socketDir string
}

// dialTimeout bounds one attempt to reach a unix socket, which answers at once
// or not at all.
const dialTimeout = time.Second

// findPostmaster reports the server of a folder, if one listens. The file alone proves nothing: it survives kill -9, its pid may be a zombie (which
// `pg_ctl status` takes for a running server) or someone else's by now. Only a
// server listens on a socket in its closed folder, so that is what we ask.
func findPostmaster(dir string) (postmaster, bool) {
	p, err := readPostmaster(dir)
	if err != nil {
		return postmaster{}, false
	}
	conn, err := net.DialTimeout("unix", socketPath(p.socketDir, p.port), dialTimeout)
	if err != nil {
		return postmaster{}, false
	}
	_ = conn.Close()
	return p, true
}

// readPostmaster reads postmaster.pid, whose lines are listed in PostgreSQL's
// src/include/utils/pidfile.h: pid, data folder, start time, port, socket folder.
func readPostmaster(dir string) (postmaster, error) {
	text, err := os.ReadFile(pidFile(dir))
	if err != nil {
		return postmaster{}, err
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 5 {
		return postmaster{}, fmt.Errorf("%s is not yet complete", pidFile(dir))
	}
	pid, pidErr := strconv.Atoi(strings.TrimSpace(lines[0]))
	port, portErr := strconv.Atoi(strings.TrimSpace(lines[3]))
	socketDir := lines[4]
	if below, ok := strings.CutPrefix(socketDir, inherited); ok {
		socketDir = dir + below
	}
	return postmaster{pid: pid, port: port, socketDir: socketDir}, errors.Join(pidErr, portErr)
}

// stop ends the server in PostgreSQL's fast mode (sessions are cut, data is
// written) and waits until the process is gone.
// https://www.postgresql.org/docs/current/server-shutdown.html
func (p postmaster) stop(ctx context.Context) error {
	if err := syscall.Kill(p.pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("interrupt process %d: %w", p.pid, err)
	}
	for alive(p.pid) {
		if !pause(ctx) {
			return fmt.Errorf("process %d is still there: %w", p.pid, ctx.Err())
		}
	}
	return nil
}

// alive reports whether a process runs. A zombie does not: in a container whose
// first process never reaps, it would stay for ever.
func alive(pid int) bool {
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) && !zombie(pid)
}

// zombie reads the state of a process from proc(5), the letter after the name in
// brackets. Where there is no /proc, the system's first process reaps.
func zombie(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	afterName := bytes.LastIndexByte(stat, ')')
	return afterName >= 0 && bytes.HasPrefix(stat[afterName:], []byte(") Z"))
}

// forgetZombie removes the postmaster.pid of a server that was killed and not
// yet reaped, which PostgreSQL would take for a running one and refuse to start.
// Should backends of it still run, PostgreSQL notices by the shared memory they
// hold and refuses until they are gone.
func forgetZombie(dir string) error {
	if p, err := readPostmaster(dir); err == nil && zombie(p.pid) {
		return os.Remove(pidFile(dir))
	}
	return nil
}

func pidFile(dir string) string { return filepath.Join(dataDir(dir), "postmaster.pid") }

func socketPath(dir string, port int) string {
	return filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(port))
}
