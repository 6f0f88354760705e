package supervisor_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
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

// freePort finds a port on an address that is this process's alone (all of 127.0.0.0/8 is loopback), so that nobody who
// asks for any port gets it meanwhile.
func freePort(t *testing.T) string {
	t.Helper()
	pid := os.Getpid()
	l, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 64+pid>>16&63, pid>>8&255, pid&255))
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}
