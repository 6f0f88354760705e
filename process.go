package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v3/process"

	"github.com/samchon/payments-server/supervisor/handover"
)

// livingProcess is the process that a pid file of a home names, or 0 when there is
// none or it does not play the role there: the file survives kill -9, and the number
// may be someone else's by now, even the same program's for another home.
func livingProcess(home, pidFile, role string) int {
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || !plays(pid, role) || !livesIn(pid, home) {
		return 0
	}
	return pid
}

// livesIn reports whether a process has something in a home open: the server keeps
// the home itself, the fakes write their log there. Where that cannot be seen, it may.
func livesIn(pid int, home string) bool {
	descriptors := fmt.Sprintf("/proc/%d/fd", pid)
	open, err := os.ReadDir(descriptors)
	if err != nil { // it is somebody else's, or it is just dying
		return errors.Is(err, os.ErrPermission)
	}
	home, err = filepath.EvalSymlinks(home)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(open, func(fd os.DirEntry) bool {
		path, err := os.Readlink(filepath.Join(descriptors, fd.Name()))
		return err == nil && (path == home || strings.HasPrefix(path, home+"/"))
	})
}

// plays reports whether a role is among the arguments of a process. What the program
// is called says nothing: `go run .` and `make build` do not agree on it. A zombie has
// no arguments any more.
func plays(pid int, role string) bool {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return false
	}
	args, err := p.CmdlineSlice()
	return err == nil && len(args) > 1 && slices.Contains(args[1:], role)
}

// endOrphans ends the workers of a home whose supervisor was killed. They serve for
// some seconds more, which holds the port against a new supervisor. Where the
// system shows no environment of other processes, as macOS, they end by themselves.
func endOrphans(ctx context.Context, home string) error {
	all, err := process.ProcessesWithContext(ctx)
	if err != nil {
		return fmt.Errorf("look for workers without a supervisor: %w", err)
	}
	for _, p := range all {
		if !plays(int(p.Pid), "worker") || !belongs(p, home) {
			continue
		}
		if err := endProcess(ctx, int(p.Pid), "worker"); err != nil {
			return err
		}
	}
	return nil
}

// belongs reports whether a process was started by the supervisor of a home: see local.workerEnv.
func belongs(p *process.Process, home string) bool {
	env, err := p.Environ()
	started := func(variable string) bool { return strings.HasPrefix(variable, handover.Environment+"=") }
	return err == nil && slices.Contains(env, homeVariable(home)) && slices.ContainsFunc(env, started)
}

func homeVariable(home string) string { return "PAYMENTS_HOME=" + home }

const processPoll = 20 * time.Millisecond

// endProcess asks a process to end and waits until it has.
func endProcess(ctx context.Context, pid int, role string) error {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end process %d: %w", pid, err)
	}
	err := waitUntil(ctx, func() bool { return !plays(pid, role) })
	if err != nil {
		return fmt.Errorf("process %d still runs: %w", pid, err)
	}
	return nil
}

// waitUntil looks until a condition holds. Processes that are not our children
// send no word.
func waitUntil(ctx context.Context, holds func() bool) error {
	ticker := time.NewTicker(processPoll)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}
