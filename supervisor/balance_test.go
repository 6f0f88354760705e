package supervisor_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A worker that was away has fewer connections than the other, and gets those that come next.
func TestBalance(t *testing.T) {
	t.Parallel()
	const many = 60
	f := start(t, script{})
	busy, away := f.serving().Workers[0].PID, f.serving().Workers[1].PID
	const times = 3
	got := 0
	for range times {
		must(t, syscall.Kill(away, syscall.SIGSTOP))
		f.await("all of its threads to stop", func() bool { return stopped(t, away) })
		first := f.dial(many)
		if by := first.answeredBy(t); by[busy] != many {
			t.Fatalf("%v answered while %d was stopped", by, away)
		}
		must(t, syscall.Kill(away, syscall.SIGCONT))
		f.await("the worker that was away", func() bool {
			one := f.dial(1)
			defer one.close()
			return one.answeredBy(t)[away] == 1
		})
		second := f.dial(many)
		got += second.answeredBy(t)[away]
		first.close()
		second.close()
	}
	// By chance it is a third. On a machine that does not let it run it gets none for a while.
	if got < times*many/2 {
		t.Errorf("of %d connections, %d went to the worker that had none", times*many, got)
	}
}

// stopped tells it of every thread: the signal reaches one after the other.
func stopped(t *testing.T, pid int) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	must(t, err)
	for _, thread := range threads {
		status, err := os.ReadFile(thread)
		if err == nil && !strings.Contains(string(status), "State:\tT") {
			return false
		}
	}
	return true
}

// connections are idle ones.
type connections []net.Conn

// dial makes so many at once.
func (f *fleet) dial(n int) (all connections) {
	f.t.Helper()
	for range n {
		c, err := net.Dial("tcp", f.api)
		must(f.t, err)
		all = append(all, c)
	}
	return all
}

// answeredBy makes a request on each, and counts by process who answers.
func (cs connections) answeredBy(t *testing.T) map[int]int {
	t.Helper()
	by := map[int]int{}
	for _, c := range cs {
		_, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
		must(t, err)
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		must(t, err)
		var generation, pid, length int
		_, err = fmt.Fscan(res.Body, &generation, &pid, &length)
		must(t, err)
		by[pid]++
	}
	return by
}

func (cs connections) close() {
	for _, c := range cs {
		c.Close()
	}
}
