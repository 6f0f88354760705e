package supervisor_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/samchon/payments-server/internal/porttest"
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
	f := launch(t, script{NeverReady: true, AdminAt: "127.0.0.1:" + porttest.Free(t)})
	f.admin = f.script.AdminAt
	f.await("the admin listener", func() bool { return f.census().PID != 0 })
	res, err := http.Get("http://" + f.admin + "/readyz")
	must(t, err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusServiceUnavailable || f.census().Ready {
		t.Errorf("readyz: %s", res.Status)
	}
}
