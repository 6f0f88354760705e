package supervisor_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func (f *fleet) metrics() string {
	f.t.Helper()
	status, text := f.getAdmin("/metrics", "")
	if status != http.StatusOK {
		f.t.Fatalf("/metrics: %d %s", status, text)
	}
	return text
}

func (f *fleet) getAdmin(path, password string) (int, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, "http://"+f.admin+path, nil)
	must(f.t, err)
	if password != "" {
		req.SetBasicAuth("", password)
	}
	res, err := http.DefaultClient.Do(req)
	must(f.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(f.t, err)
	return res.StatusCode, string(b)
}

func TestMetrics_OfEachWorkerAndOnceOfWhatTheyShare(t *testing.T) {
	t.Parallel()
	f := start(t, script{})
	var text string
	f.await("both workers' answers", func() bool { // a busy machine may be too slow for one scrape
		text = f.metrics()
		return !strings.Contains(text, `supervisor_worker_up{generation="1",worker="1"} 0`) &&
			!strings.Contains(text, `supervisor_worker_up{generation="1",worker="2"} 0`)
	})
	for _, line := range []string{
		`test_own{generation="1",worker="1"} 7`, `test_own{generation="1",worker="2"} 7`, "test_shared 7",
		`supervisor_worker_up{generation="1",worker="1"} 1`, `supervisor_worker_up{generation="1",worker="2"} 1`,
		`supervisor_workers{state="blessed"} `, "\ngo_goroutines ",
	} {
		if strings.Count(text, line) != 1 {
			t.Errorf("%d times %s in\n%s", strings.Count(text, line), line, text)
		}
	}
	if status := f.statusOfAPI("/metrics"); status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
		t.Errorf("a client of the API reads the workers' metrics: %d", status)
	}
}

func (f *fleet) statusOfAPI(path string) int {
	f.t.Helper()
	res, err := http.Get("http://" + f.api + path)
	must(f.t, err)
	defer res.Body.Close()
	return res.StatusCode
}

// TestMetrics_GoOnBesideAHungWorker stops the worker that spoke for all.
func TestMetrics_GoOnBesideAHungWorker(t *testing.T) {
	t.Parallel()
	f := start(t, script{HealthTimeout: time.Minute}) // nobody kills it meanwhile
	for _, w := range f.serving().Workers {
		if w.Slot == 1 {
			must(t, syscall.Kill(w.PID, syscall.SIGSTOP))
			defer syscall.Kill(w.PID, syscall.SIGCONT)
			f.await("the signal to strike", func() bool { return still(w.PID) })
		}
	}
	var text string
	f.await("the other worker's answer", func() bool {
		text = f.metrics()
		return strings.Contains(text, `supervisor_worker_up{generation="1",worker="2"} 1`)
	})
	for _, line := range []string{
		`test_own{generation="1",worker="2"} 7`, `supervisor_worker_up{generation="1",worker="1"} 0`, "supervisor_handovers_total",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %s in\n%s", line, text)
		}
	}
	if strings.Contains(text, `test_own{generation="1",worker="1"}`) {
		t.Error("a figure of the hung worker is shown")
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	f := start(t, script{})
	worker := f.serving().Workers[0].PID
	ofWorker := fmt.Sprintf("/workers/%d/debug/pprof/cmdline", worker)
	for name, c := range map[string]struct {
		path, password string
		status         int
		want           string
	}{
		"NeedThePassword":      {"/debug/pprof/", "", http.StatusUnauthorized, "password"},
		"RefuseAWrongPassword": {"/debug/pprof/", "guess", http.StatusUnauthorized, "password"},
		"OfTheSupervisor":      {"/debug/pprof/", "secret", http.StatusOK, "goroutine"},
		"OfItsGoroutines": {"/debug/pprof/goroutine?debug=1", "secret", http.StatusOK,
			"supervisor.(*supervisor).loop"},
		"OfAWorker":                {ofWorker, "secret", http.StatusOK, fmt.Sprintf(`worker %d, ""`, worker)},
		"OfAWorkerNeedThePassword": {ofWorker, "", http.StatusUnauthorized, "password"},
		"OfNoWorker":               {"/workers/1/debug/pprof/heap", "secret", http.StatusNotFound, "no worker"},
		"LeadNowhereElse":          {fmt.Sprintf("/workers/%d/health", worker), "secret", http.StatusNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, text := f.getAdmin(c.path, c.password)
			if status != c.status || !strings.Contains(text, c.want) {
				t.Errorf("%d %.500s", status, text)
			}
		})
	}
}
