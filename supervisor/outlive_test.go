package supervisor_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// TestOutlive has connections that end when their clients want, not when a handover does.
func TestOutlive(t *testing.T) {
	t.Parallel()
	const handovers = 3
	t.Run("AStreamedAnswer", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		lines := f.open("/stream")
		for range handovers {
			must(t, f.reload())
			lines.wants("more")
		}
		if busy := f.generation(1).Busy; busy != 1 {
			t.Errorf("the first generation has %d requests in progress, want 1", busy)
		}
		f.rewrite(func(s *script) { s.EndStreams = true })
		lines.wants("end")
		f.await("the first generation to leave", func() bool { return onlyServing(f) })
	})
	t.Run("AnUpgradedConnection", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{})
		lines := f.open("/upgrade")
		for i := range handovers {
			must(t, f.reload())
			word := fmt.Sprintf("echo %d", i)
			fmt.Fprintln(lines.conn, word)
			lines.wants(word)
		}
		must(t, lines.conn.Close())
		f.await("the first generation to leave", func() bool { return onlyServing(f) })
	})
}

func TestDrainBudget_CutsWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	f := start(t, script{DrainBudget: 200 * time.Millisecond})
	l := mustLoad(t, f.api, 0)
	l.SlowUpload(make(chan struct{})) // never released
	f.await("an upload", func() bool { return f.serving().Busy == 1 })
	must(t, f.reload())
	f.await("the old generation to leave", func() bool { return onlyServing(f) })
	receipts := f.census().Receipts
	if last := receipts[len(receipts)-1]; last.Forced != 1 || last.InFlight != 1 {
		t.Errorf("receipt %+v, want the upload in it, cut", last)
	}
}

// answer is what a server sends as long as it likes.
type answer struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// open sends one request that offers to speak another protocol.
func (f *fleet) open(path string) *answer {
	f.t.Helper()
	c, err := net.Dial("tcp", f.api)
	must(f.t, err)
	f.t.Cleanup(func() { c.Close() })
	must(f.t, c.SetDeadline(time.Now().Add(2*patience)))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n", path)
	return &answer{f.t, c, bufio.NewReader(c)}
}

// wants reads until there is that line.
func (a *answer) wants(line string) {
	a.t.Helper()
	for {
		got, err := a.r.ReadString('\n')
		must(a.t, err)
		if strings.TrimSpace(got) == line {
			return
		}
	}
}
