package dbtest_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shirou/gopsutil/v3/process"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

// childVariable makes TestChild play a test process of its own.
const childVariable = "DBTEST_CHILD"

// TestChild is a test that holds a database and, for each line it reads, prints
// when the server was started. It ends with its input.
func TestChild(t *testing.T) {
	if os.Getenv(childVariable) == "" {
		t.Skip("plays the test process for TestHost")
	}
	conn, err := pgx.Connect(t.Context(), dbtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var started string
		if err := conn.QueryRow(t.Context(), "SELECT pg_postmaster_start_time()::text").Scan(&started); err != nil {
			t.Fatal(err)
		}
		fmt.Println(started)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// child is a test process whose temporary files, and so its host, are elsewhere.
type child struct {
	cmd    *exec.Cmd
	ask    func() error
	end    func() error
	answer *bufio.Scanner
}

func childCommand(t *testing.T, tmp string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), append([]string{"TEST_DATABASE_URL=", "TMPDIR=" + tmp, childVariable + "=1"}, env...)...)
	return cmd
}

func startChild(t *testing.T, tmp string) *child {
	t.Helper()
	return start(t, childCommand(t, tmp))
}

// startGoCommand starts a script that the system calls go, as a host sees it. It
// runs a test process to its end, and ends with its input.
func startGoCommand(t *testing.T, tmp string) *child {
	t.Helper()
	script := filepath.Join(tmp, "go")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho | \"$@\"\necho done\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	test := childCommand(t, tmp)
	cmd := exec.CommandContext(t.Context(), script, test.Args...)
	cmd.Env = test.Env
	return start(t, cmd)
}

func start(t *testing.T, cmd *exec.Cmd) *child {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &child{
		cmd:    cmd,
		ask:    func() error { _, err := fmt.Fprintln(in); return err },
		end:    func() error { return errors.Join(in.Close(), cmd.Wait()) },
		answer: bufio.NewScanner(out),
	}
}

// startTime asks the child's server when it was started.
func (c *child) startTime(t *testing.T) string {
	t.Helper()
	if err := c.ask(); err != nil {
		t.Fatal(err)
	}
	return c.nextLine(t, "20")
}

// nextLine skips to a line with a prefix.
func (c *child) nextLine(t *testing.T, prefix string) string {
	t.Helper()
	for c.answer.Scan() {
		switch line := c.answer.Text(); {
		case strings.HasPrefix(line, prefix):
			return line
		case strings.HasPrefix(line, "--- SKIP"):
			t.Skip("PostgreSQL is not installed") // while TEST_DATABASE_URL named a server elsewhere
		}
	}
	t.Fatal("child ended without an answer")
	return ""
}

func (c *child) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // reports the kill
}

// newTemp is a folder for temporary files that root's PostgreSQL may pass
// through, and short enough for sockets.
func newTemp(t *testing.T) string {
	t.Helper()
	tmp, err := os.MkdirTemp("/tmp", "dbtest-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(tmp, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	return tmp
}

// looks is the pause between two looks at processes and files.
const looks = 20 * time.Millisecond

// staysFor watches for a while that a condition goes on to hold.
func staysFor(t *testing.T, while time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(while); time.Now().Before(end); time.Sleep(looks) {
		if !holds() {
			t.Fatalf("%s did not stay", what)
		}
	}
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 30s in vain until %s", what)
		}
		time.Sleep(looks)
	}
}

// processesOf lists what runs with a path below tmp among its arguments: the host
// and the postmaster.
func processesOf(t *testing.T, tmp string) []*process.Process {
	t.Helper()
	all, err := process.Processes()
	if err != nil {
		t.Fatal(err)
	}
	var found []*process.Process
	for _, p := range all {
		line, err := p.Cmdline()
		if err == nil && strings.Contains(line, tmp+"/") { // gone meanwhile is gone
			found = append(found, p)
		}
	}
	return found
}

func waitForNothing(t *testing.T, tmp string) {
	t.Helper()
	eventually(t, "no file is left in "+tmp, func() bool {
		left, err := filepath.Glob(filepath.Join(tmp, "payments-*"))
		return err == nil && len(left) == 0
	})
	eventually(t, "no process of "+tmp+" is left", func() bool { return len(processesOf(t, tmp)) == 0 })
}

// hostOf is the host in tmp, nil without one.
func hostOf(t *testing.T, tmp string) *process.Process {
	t.Helper()
	for _, p := range processesOf(t, tmp) {
		if args, err := p.CmdlineSlice(); err == nil && slices.Contains(args, "payments-dbtest-host") {
			return p
		}
	}
	return nil
}

// playHost answers every test process in tmp with one line, as a host would.
func playHost(t *testing.T, tmp, answer string) {
	t.Helper()
	dir := filepath.Join(tmp, fmt.Sprintf("payments-test-%d", os.Geteuid()))
	if err := os.Mkdir(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("unix", filepath.Join(dir, "host.sock"))
	if err != nil {
		t.Fatal(err)
	}
	var host sync.WaitGroup
	host.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = fmt.Fprintln(conn, answer) // the child tells if it does not arrive
			t.Cleanup(func() { _ = conn.Close() })
		}
	})
	t.Cleanup(func() { _ = ln.Close(); host.Wait() })
}
