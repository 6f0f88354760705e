package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

func TestMonitor(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.refuses(t, "no server answers", "monitor")
	s.start(t)

	t.Run("PrintsATable", func(t *testing.T) {
		table := s.mustExec(t, "monitor", "local")
		for _, want := range []string{"WORKER", "1/1", "1/2", "MiB", "SUBJECT"} {
			if !strings.Contains(table, want) {
				t.Errorf("no %s in\n%s", want, table)
			}
		}
	})
	t.Run("PrintsJSON", func(t *testing.T) {
		m := s.machines(t)[0]
		if len(m.Workers) != 2 || m.Workers[0].System.UID == m.Workers[1].System.UID ||
			m.Workers[0].Performance.Memory.RSS < 1<<20 {
			t.Errorf("got %+v", m)
		}
	})
	t.Run("RefusesAnotherMode", func(t *testing.T) { s.refuses(t, "not in real", "monitor", "real") })
	t.Run("WatchesOnlyOnATerminal", func(t *testing.T) { s.refuses(t, "take the terminal", "monitor", "--watch") })
	for name, end := range map[string]func(t *testing.T, v *viewer){
		"UntilCtrlC": func(t *testing.T, v *viewer) { v.press(t, "\x03") },
		"UntilTERM":  func(t *testing.T, v *viewer) { v.signal(t, syscall.SIGTERM) },
	} {
		t.Run("Watches"+name, func(t *testing.T) {
			t.Parallel()
			v := s.watch(t)
			await(t, "it shows the workers and a rate", func() bool {
				screen := v.String()
				return strings.Contains(screen, "1/2") && strings.Contains(screen, "MiB") &&
					strings.Contains(screen, "requests         ")
			})
			end(t, v)
			if err := v.cmd.Wait(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			await(t, "the terminal is given back", func() bool { return strings.HasSuffix(v.String(), "\x1b[?1049l") })
			if strings.Contains(v.String(), "^C") {
				t.Error("the key shows up in the picture")
			}
		})
	}
}

// machines are those that `payments monitor --json` tells of.
func (s *system) machines(t *testing.T) (machines []machine) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.mustExec(t, "monitor", "--json")), &machines); err != nil {
		t.Fatal(err)
	}
	return machines
}

// TestMonitor_ThroughTheMaster asks another machine than the one that it is about.
func TestMonitor_ThroughTheMaster(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.start(t)
	ctx, cancel := context.WithCancel(t.Context())
	master := s.command(ctx, "updater", "master")
	master.Cancel = func() error { return master.Process.Signal(syscall.SIGTERM) }
	if err := master.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = master.Wait() }) // it was told to end
	desk := newSystem(t)
	desk.env = append(desk.env, "UPDATER_MASTER=http://127.0.0.1:"+s.ports["UPDATER_PORT"])
	await(t, "the master knows the machine's figures", func() bool {
		out, status := desk.exec(t, "monitor", "--json")
		return status == 0 && strings.Contains(out, `"rss"`)
	})
	machines := desk.machines(t)
	if len(machines) != 1 || len(machines[0].Workers) != 2 || machines[0].Workers[0].Performance.Memory.RSS < 1<<20 {
		t.Errorf("got %+v", machines)
	}
}

// viewer is `payments monitor --watch` on a terminal of 80 columns and 24 lines.
type viewer struct {
	cmd      *exec.Cmd
	keyboard io.Writer
	mu       sync.Mutex
	screen   bytes.Buffer
}

func (s *system) watch(t *testing.T) *viewer {
	t.Helper()
	v := &viewer{cmd: s.command(t.Context(), "monitor", "--watch")}
	terminal, err := pty.StartWithSize(v.cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	v.keyboard = terminal
	var reading sync.WaitGroup
	reading.Go(func() { _, _ = io.Copy(v, terminal) }) // ends with the process
	t.Cleanup(func() { _ = v.cmd.Process.Kill(); reading.Wait(); terminal.Close() })
	return v
}

func (v *viewer) press(t *testing.T, key string) {
	t.Helper()
	if _, err := io.WriteString(v.keyboard, key); err != nil {
		t.Fatal(err)
	}
}

func (v *viewer) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := v.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func (v *viewer) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.screen.Write(p)
}

func (v *viewer) String() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.screen.String()
}
