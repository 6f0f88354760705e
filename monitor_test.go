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

	"github.com/samchon/payments-server/monitor/ops"
	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/updater"
)

func TestMonitor(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.refuses(t, "no server answers", "monitor")
	s.start(t)

	await(t, "both workers answer in time", func() bool { return len(s.machines(t)[0].Workers) == 2 })
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
	t.Run("WatchesOnlyOnATerminal", func(t *testing.T) { s.refuses(t, "no terminal to watch", "monitor", "--watch") })
	for name, end := range map[string]func(t *testing.T, v *viewer){
		"UntilCtrlC": func(t *testing.T, v *viewer) { v.press(t, "\x1a\x1c\x03") }, // and not until Ctrl-Z or Ctrl-\
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
			v.mustGiveTheTerminalBack(t)
		})
	}
}

// TestMonitor_WatchesThroughACrash of the server, and finds the next one.
func TestMonitor_WatchesThroughACrash(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.start(t)
	v := s.watch(t)
	await(t, "it shows the workers", func() bool { return strings.Contains(v.String(), "1/2") })
	s.kill(t, "run/supervisor.pid")
	await(t, "it shows that nobody answers", func() bool { return strings.Contains(v.String(), "NO CONNECTION") })
	s.start(t)
	await(t, "it shows the next one", func() bool {
		screen := v.String()
		return strings.Contains(screen[strings.LastIndex(screen, "NO CONNECTION"):], "serving")
	})
	v.press(t, "\x03")
	v.mustGiveTheTerminalBack(t)
}

func (v *viewer) mustGiveTheTerminalBack(t *testing.T) {
	t.Helper()
	if err := v.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	await(t, "the terminal is given back", func() bool { return strings.HasSuffix(v.String(), "\x1b[?1049l") })
	if strings.Contains(v.String(), "^C") {
		t.Error("the key shows up in the picture")
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

// TestMonitor_ThroughTheMaster asks on the master's machine, and on one that is none of the fleet.
func TestMonitor_ThroughTheMaster(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.env = append(s.env, "UPDATER_NAME=the-first")
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
	for name, here := range map[string]*system{"the master's machine": s, "another one": desk} {
		await(t, name+" tells of the fleet", func() bool {
			var machines []machine
			out, status := here.exec(t, "monitor", "--json")
			return status == 0 && json.Unmarshal([]byte(out), &machines) == nil && len(machines) == 1 &&
				machines[0].Name == "the-first" && len(machines[0].Workers) == 2 &&
				machines[0].Workers[0].Performance.Memory.RSS > 1<<20
		})
	}
}

func TestMachines_AreInLineAlsoWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	worker := ops.Worker{Generation: 7, Slot: 1, PID: 4711, State: supervisor.Blessed}
	var out strings.Builder
	all := []machine{{"a", ops.Machine{Workers: []ops.Worker{worker}}}, {"gone", ops.Machine{}}, {"z", ops.Machine{Workers: []ops.Worker{worker}}}}
	if err := writeMachines(&out, all); err != nil {
		t.Fatal(err)
	}
	column := -1
	for line := range strings.Lines(out.String()) {
		at := max(strings.Index(line, "blessed"), strings.Index(line, "no answer"))
		if at < 0 {
			continue
		}
		if column >= 0 && at != column {
			t.Errorf("the states are not in one column:\n%s", &out)
		}
		column = at
	}
	if column < 0 {
		t.Errorf("no state in\n%s", &out)
	}
}

// TestSummarized: a page is told of all machines every second, so in few words.
func TestSummarized(t *testing.T) {
	t.Parallel()
	s := summarized(updater.Fleet{Mode: "real", Machines: []updater.Machine{
		{Name: "a", State: updater.Building, Figures: json.RawMessage(`{"workers":[{"performance":{"memory":{"rss":5}}},{"performance":{"memory":{"rss":7}}}]}`)},
		{Name: "b", Figures: json.RawMessage(`no JSON`)},
	}})
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"mode":"real"`, `"name":"a"`, `"state":"build"`, `"workers":2,"memory":12`, `"workers":0,"memory":0`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if strings.Contains(string(text), "figures") {
		t.Errorf("the page is told all of it: %s", text)
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
