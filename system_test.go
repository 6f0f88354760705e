package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v3/process"

	"github.com/samchon/payments-server/internal/porttest"
)

// patience bounds every wait of the tests below; on an idle machine none takes two
// seconds.
const patience = time.Minute

// system is a home with ports of its own, and the processes that live in it.
type system struct {
	home   string
	binary string
	env    []string
	ports  map[string]string
}

// newSystem ends everything that is left in its home at the end of the test.
func newSystem(t *testing.T) *system {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "payments-home-") // short enough for sockets
	if err != nil {
		t.Fatal(err)
	}
	// What is undone after 3 s of probation is undone after less, too.
	if err := os.WriteFile(filepath.Join(home, "payments.yaml"), []byte("handover:\n  probation: 300ms\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &system{home: home, binary: binary, ports: map[string]string{}}
	s.env = append(os.Environ(), "PAYMENTS_HOME="+home, "MODE=", "DATABASE_URL=")
	for _, name := range []string{"API_PORT", "ADMIN_PORT", "UPDATER_PORT", "FAKE_IAMPORT_PORT", "FAKE_TOSS_PORT"} {
		s.ports[name] = porttest.Free(t)
		s.env = append(s.env, name+"="+s.ports[name])
	}
	t.Cleanup(func() {
		s.exec(t, "updater", "stop")
		s.exec(t, "stop")
		if left := s.processes(t); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
		_ = os.RemoveAll(home)
	})
	return s
}

func (s *system) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Env = s.env
	return cmd
}

// exec runs a command to its end and returns what it said and its exit status.
func (s *system) exec(t *testing.T, args ...string) (output string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := s.command(ctx, args...).CombinedOutput()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return string(out), exit.ExitCode()
	}
	if err != nil {
		t.Fatalf("payments %v: %v", args, err)
	}
	return string(out), 0
}

func (s *system) mustExec(t *testing.T, args ...string) string {
	t.Helper()
	output, status := s.exec(t, args...)
	if status != 0 {
		t.Fatalf("payments %v ended with %d: %s", args, status, output)
	}
	return output
}

// refuses runs a command that has to fail with one line on stderr.
func (s *system) refuses(t *testing.T, want string, args ...string) {
	t.Helper()
	output, status := s.exec(t, args...)
	if status != exitFailure || !strings.Contains(output, want) || strings.Count(output, "\n") != 1 {
		t.Errorf("payments %v ended with %d and %q, want %d and one line with %q", args, status, output, exitFailure, want)
	}
}

func (s *system) healthy() bool {
	res, err := http.Get("http://127.0.0.1:" + s.ports["API_PORT"] + "/monitors/health")
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func (s *system) pid(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.home, name))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func (s *system) kill(t *testing.T, name string) {
	t.Helper()
	pid := s.pid(t, name)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, "the killed process is gone", func() bool { // or a zombie, which has no arguments
		arguments, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return err != nil || len(arguments) == 0
	})
}

// processes lists what runs with the home among its arguments or its environment.
func (s *system) processes(t *testing.T) []string {
	t.Helper()
	all, err := process.Processes()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, p := range all {
		line, _ := p.Cmdline() // fails for those that ended meanwhile, which is fine
		env, _ := p.Environ()
		if line != "" && strings.Contains(line+strings.Join(env, " "), s.home) {
			found = append(found, fmt.Sprintf("%d %s", p.Pid, line))
		}
	}
	return found
}

func (s *system) runs(t *testing.T, pid int) bool {
	t.Helper()
	return slices.ContainsFunc(s.processes(t), func(line string) bool { return strings.HasPrefix(line, strconv.Itoa(pid)+" ") })
}

// foreground is a command as a person starts it.
type foreground struct {
	cmd  *exec.Cmd
	out  output
	done chan error
}

// output is what a process has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// launch starts a command in the foreground.
func (s *system) launch(t *testing.T, args ...string) *foreground {
	t.Helper()
	f := &foreground{cmd: s.command(context.Background(), args...), done: make(chan error, 1)}
	f.cmd.Stdout, f.cmd.Stderr = &f.out, &f.out
	f.cmd.WaitDelay = patience
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { f.done <- f.cmd.Wait() }() // ends with the process, which the system's cleanup ends
	return f
}

// start launches the server and waits until it has announced itself.
func (s *system) start(t *testing.T) *foreground {
	t.Helper()
	f := s.launch(t, "start")
	await(t, "the server announces itself", func() bool {
		select {
		case err := <-f.done:
			t.Fatalf("start ended: %v: %s", err, &f.out)
		default:
		}
		return strings.Contains(f.out.String(), "Make a first payment")
	})
	return f
}

// pressCtrlC interrupts the server and waits for its end.
func (f *foreground) pressCtrlC(t *testing.T) {
	t.Helper()
	if err := f.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-f.done:
		if err != nil {
			t.Errorf("start ended with %v: %s", err, &f.out)
		}
	case <-time.After(patience):
		t.Fatalf("start did not end: %s", &f.out)
	}
}

func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := waitUntil(ctx, holds); err != nil {
		t.Fatalf("waited in vain until %s: %v", what, err)
	}
}
