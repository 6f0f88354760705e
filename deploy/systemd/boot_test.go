package systemd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/samchon/payments-server/deploy/deploytest"
)

// TestBoot installs the unit into the root filesystem of a container, boots systemd there as process 1, and operates it
// as an operator would.
func TestBoot(t *testing.T) {
	t.Parallel()
	needsRoot(t)
	around := deploytest.New(t)
	m := boot(t, around, disk{files: map[string]string{
		"etc/payments/payments.yaml":                           around.YAML(),
		"etc/systemd/system/payments.service.d/impatient.conf": "[Service]\nWatchdogSec=10s\n",
	}})
	deploytest.Must(t, around.Pay(t.Context()))
	supervisor := m.mainPID(t)

	m.run(t, "systemctl", "reload", "payments")
	if pid := m.mainPID(t); pid != supervisor {
		t.Errorf("a reload replaced process %s by %s", supervisor, pid)
	}
	if status := m.run(t, "systemctl", "status", "--no-pager", "payments"); !strings.Contains(status, "generations: ") {
		t.Errorf("systemctl status does not tell the generations: %s", status)
	}

	t.Run("AnUpgradeIsNoRestart", func(t *testing.T) {
		m.payments(t, "upgrade")
		deploytest.WaitUntil(t, "systemd follows the new supervisor", func() bool { return m.mainPID(t) != supervisor })
		deploytest.WaitUntil(t, "the old one is gone", func() bool { _, err := m.try("kill", "-0", supervisor); return err != nil })
		if n := m.run(t, "systemctl", "show", "-P", "NRestarts", "payments"); n != "0" {
			t.Errorf("it was restarted %s times", n)
		}
	})

	t.Run("AKilledSupervisorCostsNoPayment", func(t *testing.T) {
		killed, failed := m.mainPID(t), payWithoutPause(t, around)
		m.run(t, "kill", "-KILL", killed)
		deploytest.WaitUntil(t, "another one serves", func() bool { return m.servesInsteadOf(t, killed) })
		if err := failed(); err != nil {
			t.Error(err)
		}
	})

	t.Run("AHangingSupervisorIsReplaced", func(t *testing.T) {
		hanging := m.mainPID(t)
		m.run(t, "kill", "-STOP", hanging)
		deploytest.WaitUntil(t, "the watchdog replaces it", func() bool { return m.servesInsteadOf(t, hanging) })
		deploytest.Must(t, around.Pay(t.Context()))
	})

	t.Run("TheSandboxHolds", func(t *testing.T) {
		for _, denied := range []string{"touch /usr/bin/x", "touch /etc/payments/x", "cat /etc/payments/credentials/SYSTEM_PASSWORD", "ls /root/."} {
			if out, err := m.inService(t, denied); err == nil {
				t.Errorf("%s succeeds: %s", denied, out)
			}
		}
	})

	m.run(t, "systemctl", "stop", "payments")
	if around.Healthy(t.Context()) {
		t.Error("it serves after a stop")
	}
	m.waitUntilEmpty(t)
}

// payWithoutPause pays until the returned function is called, which tells the first failure.
func payWithoutPause(t *testing.T, around *deploytest.Surroundings) (failed func() error) {
	ctx, stop := context.WithCancel(t.Context())
	var paid atomic.Int64
	done := make(chan error, 1)
	go func() { // ends at stop
		for {
			if err := around.Pay(ctx); err != nil {
				done <- err
				return
			}
			paid.Add(1)
		}
	}()
	return func() error {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			return fmt.Errorf("after %d payments: %w", paid.Load(), err)
		}
		return nil
	}
}

// machine is a container whose process 1 is systemd.
type machine struct {
	pid string // of systemd, seen from here
}

// disk is what the container has besides what is installed.
type disk struct {
	files  map[string]string
	remote string            // where a bare clone of this repository is
	shared map[string]string // folders of this machine by where they are there; what is written stays there
}

// boot installs the units, and returns when the server serves.
func boot(t *testing.T, around *deploytest.Surroundings, d disk) *machine {
	t.Helper()
	dir, err := os.MkdirTemp("", "payments-boot-")
	deploytest.Must(t, err)
	tree := filepath.Join(dir, "tree")
	deploytest.Must(t, os.Mkdir(filepath.Join(dir, "disk"), 0o755))
	makeTarget(t, "install", "DESTDIR="+tree, "PREFIX=/usr", "SYSCONFDIR=/etc")
	around.WriteCredentials(t, filepath.Join(tree, "etc/payments/credentials"))
	d.fill(t, tree)

	var said bytes.Buffer
	host := exec.Command("sh", "testdata/boot.sh", "prepare", dir)
	host.Stdout, host.Stderr = &said, &said
	for there, here := range d.shared {
		host.Args = append(host.Args, here, there)
	}
	deploytest.Must(t, host.Start())
	t.Cleanup(func() {
		_ = host.Process.Kill() // and with it, by --kill-child, all of the container
		_ = host.Wait()
		removeGroups(t, filepath.Base(dir))
		deploytest.Must(t, os.RemoveAll(dir))
		if t.Failed() {
			t.Logf("boot.sh said %s", said.String())
		}
	})
	m := new(machine)
	deploytest.WaitUntil(t, "systemd runs", func() bool {
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", host.Process.Pid, host.Process.Pid))
		m.pid = strings.TrimSpace(string(children))
		if err != nil || m.pid == "" {
			return false
		}
		_, err = m.try("systemctl", "show", "-P", "Version")
		return err == nil
	})
	t.Cleanup(func() {
		if log, _ := m.try("journalctl", "--no-pager", "-n", "60"); t.Failed() {
			t.Log(log)
		}
	})
	deploytest.WaitUntil(t, "the API answers", func() bool { return around.Healthy(t.Context()) })
	return m
}

func (d disk) fill(t *testing.T, tree string) {
	t.Helper()
	for name, text := range d.files {
		deploytest.Must(t, os.MkdirAll(filepath.Dir(filepath.Join(tree, name)), 0o755))
		deploytest.Must(t, os.WriteFile(filepath.Join(tree, name), []byte(text), 0o644))
	}
	if d.remote != "" {
		top := strings.TrimSpace(command(t, "git", "rev-parse", "--show-toplevel"))
		command(t, "git", "clone", "--quiet", "--bare", "--no-hardlinks", top, filepath.Join(tree, d.remote))
	}
}

func needsRoot(t *testing.T) {
	t.Helper()
	needs(t, "systemctl")
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make namespaces and control groups; .ci/run has it")
	}
}

// removeGroups removes the control groups that systemd has made, deepest first, as soon as nothing runs in them.
func removeGroups(t *testing.T, name string) {
	t.Helper()
	deploytest.WaitUntil(t, "the control groups are gone: "+name, func() bool {
		return exec.Command("sh", "-c", "find /sys/fs/cgroup -depth -type d -path '*/"+name+"*' -exec rmdir {} +").Run() == nil
	})
}

// try runs a command in the container, as root.
func (m *machine) try(command ...string) (output string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), deploytest.Patience)
	defer cancel()
	enter := []string{"--target", m.pid, "--mount", "--pid", "--cgroup", "--uts", "--ipc", "--root", "--wd", "--"}
	out, err := exec.CommandContext(ctx, "nsenter", append(enter, command...)...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (m *machine) run(t *testing.T, command ...string) (output string) {
	t.Helper()
	out, err := m.try(command...)
	if err != nil {
		t.Fatalf("%v: %v: %s", command, err, out)
	}
	return out
}

// payments runs an operator's command as root, who may read the credentials.
func (m *machine) payments(t *testing.T, command ...string) (output string) {
	t.Helper()
	as := []string{"env", "CREDENTIALS_DIRECTORY=/etc/payments/credentials", "payments", "--config", "/etc/payments/payments.yaml"}
	return m.run(t, append(as, command...)...)
}

// inService runs a command as the service's user, in its mount namespace.
func (m *machine) inService(t *testing.T, line string) (output string, err error) {
	t.Helper()
	return m.try("nsenter", "--target", m.mainPID(t), "--mount", "--wd=/", "setpriv", "--reuid=payments", "--regid=payments", "--clear-groups", "sh", "-c", line)
}

// waitUntilEmpty returns when no process of ours is there: workers of a supervisor that was killed take a moment.
func (m *machine) waitUntilEmpty(t *testing.T) {
	t.Helper()
	deploytest.WaitUntil(t, "every process is gone", func() bool {
		left, _ := m.try("pgrep", "-x", "payments") // its exit status says the same
		return left == ""
	})
}

func (m *machine) mainPID(t *testing.T) string {
	t.Helper()
	pid := m.run(t, "systemctl", "show", "-P", "MainPID", "payments")
	if pid == "0" { // and a signal to process 0 is one to ourselves
		t.Fatal("no supervisor runs")
	}
	return pid
}

// servesInsteadOf reports whether the unit is active with another main process. There is none, "0", between two.
func (m *machine) servesInsteadOf(t *testing.T, pid string) bool {
	t.Helper()
	state, _ := m.try("systemctl", "is-active", "payments") // its exit status says the same
	now := m.run(t, "systemctl", "show", "-P", "MainPID", "payments")
	return state == "active" && now != pid && now != "0"
}
