package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// child is a process of this binary in the background: in a session of its own, so
// that Ctrl-C in our terminal does not reach it, with a file for its output.
type child struct {
	pid     int
	ended   chan struct{} // closed when it has ended, as far as we live to see it
	log     string
	written int64 // what was in the log before
}

// background starts this binary with a role, and our configuration file, if any. The
// log takes what it writes, also when it panics.
func (p *program) background(log, role string, flags ...string) (*child, error) {
	self, err := ownPath()
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close() // the child has a copy
	written, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, append(p.withConfig(role), flags...)...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{pid: cmd.Process.Pid, ended: make(chan struct{}), log: log, written: written}
	go func() { // ends with the child, which may outlive us
		_ = cmd.Wait() // its log tells more than its status
		close(c.ended)
	}()
	return c, nil
}

// waitReady returns when the child is ready, or with its last words when it ends
// before.
func (c *child) waitReady(ctx context.Context, ready func() bool) error {
	err := waitUntil(ctx, func() bool {
		select {
		case <-c.ended:
			return true
		default:
			return ready()
		}
	})
	if err != nil {
		return fmt.Errorf("not ready in time, see %s: %w", c.log, err)
	}
	select {
	case <-c.ended:
		return errors.New(c.lastWords())
	default:
		return nil
	}
}

// lastWords is the last line it wrote.
func (c *child) lastWords() string {
	text, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	news := text[min(int(c.written), len(text)):] // it may have been put aside meanwhile
	lines := strings.Split(strings.TrimSpace(string(news)), "\n")
	return strings.TrimPrefix(lines[len(lines)-1], "payments: ")
}

// ownPath is this binary as it was called, and not what a symbolic link pointed to
// then: after `current` moves on, it names the new release.
func ownPath() (string, error) {
	path, err := exec.LookPath(os.Args[0])
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// withConfig are the arguments for a role with our configuration file.
func (p *program) withConfig(role string) []string { return append(p.configArgs(), role) }

func (p *program) configArgs() []string {
	if p.configFile == "" {
		return nil
	}
	return []string{"--config", p.configFile}
}
