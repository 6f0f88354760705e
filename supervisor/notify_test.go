package supervisor_test

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor"
)

// systemd is the other end of a notification socket.
type systemd struct {
	t    *testing.T
	at   string
	told chan string // what it has been told and we have not looked at
}

func newSystemd(t *testing.T) *systemd {
	t.Helper()
	at := t.TempDir() + "/notify"
	c, err := net.ListenPacket("unixgram", at)
	must(t, err)
	s := &systemd{t, at, make(chan string, 10_000)}
	var listening sync.WaitGroup
	listening.Go(func() { s.listen(c) })
	t.Cleanup(func() { c.Close(); listening.Wait() })
	return s
}

// listen keeps the socket empty, as systemd does: nobody waits for room in it.
func (s *systemd) listen(c net.PacketConn) {
	b := make([]byte, 4096)
	for {
		n, _, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		s.told <- strings.ReplaceAll(string(b[:n]), "\n", " ")
	}
}

// next is the next notification, its lines joined by blanks, or none within the limit.
func (s *systemd) next(limit time.Duration) (text string, ok bool) {
	s.t.Helper()
	select {
	case text = <-s.told:
		return text, true
	case <-time.After(limit):
		return "", false
	}
}

// wants reads the notifications that must come now, in this order.
func (s *systemd) wants(all ...string) {
	s.t.Helper()
	for _, want := range all {
		if got, _ := s.next(patience); got != want {
			s.t.Fatalf("told %q, want %q", got, want)
		}
	}
}

const serving2 = "STATUS=generations: %d blessed (2)"

// TestNotify follows a unit of Type=notify-reload through its life (sd_notify(3), systemd.service(5)).
func TestNotify_TellsSystemdEveryStep(t *testing.T) {
	t.Parallel()
	s := newSystemd(t)
	f := start(t, script{Notify: s.at})
	s.wants(fmt.Sprintf("READY=1 MAINPID=%d", f.census().PID), "FDSTORE=1 FDNAME=api", "READY=1 "+fmt.Sprintf(serving2, 1))

	before := monotonic(t)
	must(t, syscall.Kill(f.census().PID, syscall.SIGHUP)) // as systemctl reload does
	s.wantsReloading(before)
	s.wants("READY=1 STATUS=generations: 1 draining (2), 2 blessed (2)", fmt.Sprintf(serving2, 2))

	before = monotonic(t)
	f.rewrite(func(s *script) { s.ExitAtStart = true })
	if f.reload() == nil {
		t.Error("a generation that exits was blessed")
	}
	s.wantsReloading(before)
	if told, _ := s.next(patience); !strings.HasPrefix(told, "READY=1 STATUS=generations: 2 blessed (2)") {
		t.Errorf("told %q after a reload that failed", told)
	}
	s.wants(fmt.Sprintf(serving2, 2))

	if f.upgrade() == nil { // the new supervisor must not speak for the unit
		t.Error("a supervisor whose workers exit is in charge")
	}
	f.rewrite(func(s *script) { s.ExitAtStart = false })
	must(t, f.upgrade())
	f.await("the new supervisor", func() bool { return f.serving().Number == 5 && f.serving().State == supervisor.Blessed })
	s.wants(fmt.Sprintf("READY=1 MAINPID=%d", f.census().PID), "FDSTORE=1 FDNAME=api", "READY=1 "+fmt.Sprintf(serving2, 5))

	f.stop()
	s.wants("STOPPING=1")
}

// wantsReloading also reads the clock by which systemd tells this reload from an earlier one.
func (s *systemd) wantsReloading(since int64) {
	s.t.Helper()
	told, _ := s.next(patience)
	at, ok := strings.CutPrefix(told, "RELOADING=1 MONOTONIC_USEC=")
	if n, err := strconv.ParseInt(at, 10, 64); !ok || err != nil || n < since || n > monotonic(s.t) {
		s.t.Errorf("told %q, want RELOADING since %d", told, since)
	}
}

func monotonic(t *testing.T) int64 {
	t.Helper()
	var now unix.Timespec
	must(t, unix.ClockGettime(unix.CLOCK_MONOTONIC, &now))
	return now.Nano() / 1e3
}

// TestWatchdog lets the supervisor's loop hang while the rest of the process is well: its admin listener answers.
func TestWatchdog_IsFedOnlyWhileTheLoopLives(t *testing.T) {
	t.Parallel()
	const several = time.Second // the loop feeds it four times a second
	s := newSystemd(t)
	f := start(t, script{Notify: s.at, Watchdog: true})
	s.awaits("WATCHDOG=1")
	f.rewrite(func(s *script) { s.HangLoop = true })
	must(t, syscall.Kill(f.census().PID, syscall.SIGHUP))
	s.awaits("RELOADING=1")
	if told, ok := s.next(several); ok {
		t.Errorf("a supervisor whose loop hangs says %q", told)
	}
	f.rewrite(func(s *script) { s.HangLoop = false })
	s.awaits("READY=1")
	s.awaits("WATCHDOG=1")
	must(t, f.upgrade())
	s.awaits("READY=1 MAINPID=")
	s.awaits("WATCHDOG=1")
}

func (s *systemd) awaits(prefix string) {
	s.t.Helper()
	for {
		told, ok := s.next(patience)
		if !ok {
			s.t.Fatalf("never told %q", prefix)
		}
		if strings.HasPrefix(told, prefix) {
			return
		}
	}
}
