package term

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/monitor/live"
	"github.com/samchon/payments-server/supervisor"
)

func value(v float64) *float64 { return &v }

// busy is a machine in the middle of an update, with everything there can be.
func busy() live.Sample {
	s := live.Sample{
		At: time.Now(), Since: time.Now().Add(-3 * time.Hour), API: "127.0.0.1:37821", Ready: true, PID: 1,
		Commit:   live.Commit{Hash: "c0ffee123456", Subject: "결제를 더 빠르게 " + strings.Repeat("아주 ", 30) + "\x1b[2J"},
		Traffic:  &live.Traffic{Requests: 12345, Refused: 3, Errors: .5, Median: value(.004), P99: value(1.25), Busy: 17},
		Backlog:  &live.Backlog{Pending: 12, PendingAge: 4000, Dead: 3, Intents: 1, IntentAge: 20},
		Gateways: []live.Gateway{{Vendor: "iamport", Calls: 3, P99: value(.1)}, {Vendor: "toss.payments"}},
	}
	for i := range 9 {
		s.Workers = append(s.Workers, live.Worker{Generation: 7, Slot: i + 1, PID: 1000 + i, State: supervisor.Blessed,
			Up:  i > 0,
			CPU: value(.5), Memory: 64 << 20, Idle: 100, Busy: 3})
		s.Receipts = append(s.Receipts, supervisor.Receipt{Generation: i, Commit: "c0ffee123456",
			Outcome: supervisor.Blessed, At: s.At})
	}
	return s
}

func TestView_FitsTheTerminal(t *testing.T) {
	t.Parallel()
	v := newView()
	for range 200 {
		v.take(Update{Sample: busy()})
	}
	for _, size := range [][2]int{{80, 24}, {40, 10}, {200, 60}, {1, 1}} {
		lines := v.lines(size[0], size[1])
		if len(lines) > max(2, size[1]) {
			t.Errorf("%v: %d lines", size, len(lines))
		}
		for _, line := range lines {
			columns := 0
			for _, r := range line {
				columns += cells(r)
			}
			if columns > size[0] || strings.ContainsRune(line, '\x1b') {
				t.Errorf("%v: %d columns in %q", size, columns, line)
			}
		}
	}
	text := strings.Join(v.lines(80, 24), "\n")
	for _, want := range []string{"serving", "12345/s", "1250 ms", "c0ffee123456", "결제를", "NO ANSWER", "and 5 more",
		"64 MiB", "█", "dead 3", "iamport", "\n8            c0ffee123456", "\n5            c0ffee123456"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	v.take(Update{Err: errors.New("connection refused")})
	if first := v.lines(80, 24)[0]; !strings.Contains(first, "NO CONNECTION: connection refused") {
		t.Errorf("without a connection it says %q", first)
	}
}

func TestSpark(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values []float64
		most   float64
		want   string
	}{
		"OfNothing":        {nil, 0, "    "},
		"OfZeros":          {[]float64{0, 0}, 0, "  ▁▁"},
		"Rises":            {[]float64{9, 0, 1, 2, 7}, 0, "▁▂▃█"},
		"AgainstAGivenTop": {[]float64{.5}, 1, "   ▄"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := spark(c.values, 4, c.most); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// console is a real terminal, and what was written to it.
type console struct {
	terminal *os.File
	mu       sync.Mutex
	text     bytes.Buffer
	done     sync.WaitGroup
}

func openConsole(t *testing.T) *console {
	t.Helper()
	ours, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(ours, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	c := &console{terminal: terminal}
	c.done.Go(func() { _, _ = io.Copy(c, ours) }) // ends when the terminal is closed
	t.Cleanup(func() { terminal.Close(); c.done.Wait(); ours.Close() })
	return c
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

func (c *console) modes(t *testing.T) unix.Termios {
	t.Helper()
	modes, err := unix.IoctlGetTermios(int(c.terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *modes
}

func (c *console) await(t *testing.T, text string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(c.String(), text) {
		if time.Now().After(deadline) {
			t.Fatalf("no %q in %q", text, c.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (c *console) mustBeAsBefore(t *testing.T, before unix.Termios) {
	t.Helper()
	c.await(t, leave)
	if text := c.String(); strings.Count(text, enter) != 1 || !strings.HasSuffix(text, leave) {
		t.Errorf("the screen was left as %q", text[max(0, len(text)-100):])
	}
	if now := c.modes(t); now != before {
		t.Errorf("modes were %+v, are %+v", before, now)
	}
}

func TestWatch_GivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	t.Run("WhenItsContextEnds", func(t *testing.T) {
		t.Parallel()
		c := openConsole(t)
		before := c.modes(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- Watch(ctx, c.terminal, func(ctx context.Context, tell func(Update)) {
				tell(Update{Sample: busy()})
				<-ctx.Done()
			})
		}()
		c.await(t, "Ctrl-C leaves")
		if c.modes(t).Lflag&unix.ECHO != 0 {
			t.Error("keys show up in the picture")
		}
		if keys := c.modes(t).Cc; keys[unix.VQUIT] != 0 || keys[unix.VSUSP] != 0 || keys[unix.VINTR] == 0 {
			t.Errorf("keys end it at once: %v", keys)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		c.mustBeAsBefore(t, before)
	})
	t.Run("WhenItPanics", func(t *testing.T) {
		t.Parallel()
		c := openConsole(t)
		before := c.modes(t)
		func() {
			defer func() { _ = recover() }()
			_ = Watch(t.Context(), c.terminal, func(context.Context, func(Update)) { panic("a defect") })
			t.Error("nobody learns of the panic")
		}()
		c.mustBeAsBefore(t, before)
	})
}

func TestWatch_RefusesWhatIsNoTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := Watch(t.Context(), file, nil); err == nil {
		t.Error("it draws into a file")
	}
}
