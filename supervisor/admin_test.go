package supervisor_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/supervisor"
)

func TestAdmin(t *testing.T) {
	t.Parallel()
	f := start(t, script{})
	must(t, f.reload())
	for path, want := range map[string]string{
		"/healthz": "ok",
		"/readyz":  "ok",
		"/status":  `"outcome":"blessed"`,
		"/metrics": `handovers_total{outcome="blessed"} 2`,
	} {
		t.Run(strings.TrimPrefix(path, "/"), func(t *testing.T) {
			t.Parallel()
			res, err := http.Get("http://" + f.admin + path)
			must(t, err)
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			must(t, err)
			if res.StatusCode != http.StatusOK || !strings.Contains(string(b), want) {
				t.Errorf("%s: %.2000s", res.Status, b)
			}
		})
	}
	t.Run("TableOfTheCensus", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		must(t, f.census().Write(&b))
		for _, want := range []string{"GENERATION", "blessed", "HANDOVER TO", "FORCED"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %s in\n%s", want, &b)
			}
		}
	})
}

func TestAdmin_IsAliveButNotReadyWhileTheFirstGenerationStarts(t *testing.T) {
	t.Parallel()
	f := launch(t, script{NeverReady: true, AdminAt: freePort(t)})
	f.admin = f.script.AdminAt
	f.await("the admin listener", func() bool { return f.census().PID != 0 })
	res, err := http.Get("http://" + f.admin + "/readyz")
	must(t, err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusServiceUnavailable || f.census().Ready {
		t.Errorf("readyz: %s", res.Status)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

// TestNotify plays systemd.
func TestNotify_TellsSystemdEveryStep(t *testing.T) {
	t.Parallel()
	at := t.TempDir() + "/notify"
	c, err := net.ListenPacket("unixgram", at)
	must(t, err)
	defer c.Close()
	t.Run("", func(t *testing.T) {
		f := start(t, script{Notify: at})
		must(t, f.reload())
		must(t, f.upgrade())
		f.await("the new supervisor", func() bool { return f.serving().Number == 3 && f.serving().State == supervisor.Blessed })
	})
	must(t, c.SetReadDeadline(time.Now().Add(time.Second)))
	var got []string
	for b := make([]byte, 4096); len(got) == 0 || got[len(got)-1] != "STOPPING=1"; {
		n, _, err := c.ReadFrom(b)
		must(t, err)
		for line := range strings.SplitSeq(string(b[:n]), "\n") {
			name, _, _ := strings.Cut(line, "=")
			if name == "STOPPING" {
				name = line
			}
			got = append(got, name)
		}
	}
	const want = "READY MAINPID FDSTORE FDNAME READY STATUS " + // start
		"RELOADING MONOTONIC_USEC READY STATUS " + // reload
		"READY MAINPID FDSTORE FDNAME READY STATUS " + // the new supervisor
		"STOPPING=1"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("told %s\nwant %s", s, want)
	}
}
