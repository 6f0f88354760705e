// Package conformance drives the fakes with the published clients of the PGs
// they imitate, unmodified and of both generations. The suites are in
// JavaScript, as the clients are; `go test` starts the fake and runs them.
package conformance

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// installTimeout and suiteTimeout end a registry or a suite that hangs.
const (
	installTimeout = 5 * time.Minute
	suiteTimeout   = 5 * time.Minute
)

// runSuite runs a suite with node's own test runner, and variables beside the
// environment.
func runSuite(t *testing.T, file string, variables ...string) {
	t.Helper()
	need(t, "node", "install node (20 or later) to run the published clients")
	installClients(t)
	ctx, cancel := context.WithTimeout(t.Context(), suiteTimeout)
	defer cancel()
	node := exec.CommandContext(ctx, "node", "--test", file)
	node.Env = append(os.Environ(), variables...)
	output, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", file, err, output)
	}
	t.Logf("%s", output)
}

// need returns where a program is. Without it the test is skipped, except in CI.
func need(t *testing.T, program, hint string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%s is missing, and CI must not skip this: %s", program, hint)
	default:
		t.Skip(hint)
	}
	return path
}

func needChromium(t *testing.T) string {
	t.Helper()
	return need(t, "chromium", "install chromium to try the checkouts in a browser")
}

// installClients fetches the clients once. The lock is for other test processes
// of the same checkout.
func installClients(t *testing.T) {
	t.Helper()
	lock, err := os.Open("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatalf("lock %s: %v", lock.Name(), err)
	}
	if installed(t) {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), installTimeout)
	defer cancel()
	if output, err := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, output)
	}
}

// installed reports whether node_modules is as new as the lock file.
func installed(t *testing.T) bool {
	t.Helper()
	wanted, err := os.Stat("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.Stat(filepath.Join("node_modules", ".package-lock.json"))
	return err == nil && !got.ModTime().Before(wanted.ModTime())
}
