package supervisor_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCounters_AreConserved kills workers with -9 between handovers, when no request is in progress: the sum on /metrics
// must be exactly what the clients saw acknowledged, and must never have been less than before.
func TestCounters_AreConserved(t *testing.T) {
	t.Parallel()
	const handovers, killEvery = 200, 10
	f := start(t, script{Probation: time.Millisecond})
	l := mustLoad(t, f.api, 10*time.Millisecond)
	l.KeepAlive(16)
	last, kills := 0, 0
	for i := range handovers {
		must(t, f.reload())
		if i%killEvery == 0 {
			l.Quiet.Lock()
			workers := f.serving().Workers
			must(t, syscall.Kill(workers[rand.IntN(len(workers))].PID, syscall.SIGKILL))
			kills++
			l.Quiet.Unlock()
			f.await("the dead worker to be replaced", func() bool { return len(f.serving().Workers) == 2 })
		}
		now := f.counted()
		if now < last {
			t.Fatalf("counted %d requests, %d before", now, last)
		}
		last = now
	}
	l.End()
	ok, failed, dials := l.Count()
	t.Logf("%d handovers, %d kills, %d requests, %d failed, %d dials", handovers, kills, ok, failed, dials)
	if got := f.counted(); got != ok {
		t.Errorf("counted %d requests, clients saw %d", got, ok)
	}
	if failed != 0 || dials != 16 {
		t.Errorf("%d failed, %d dials: idle connections of killed workers are lost\n%s", failed, dials, l.Failures())
	}
}

// counted reads the workers' counter as Prometheus would.
func (f *fleet) counted() int {
	f.t.Helper()
	res, err := http.Get("http://" + f.admin + "/metrics")
	must(f.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(f.t, err)
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, requestsCounter+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			must(f.t, err)
			return int(n)
		}
	}
	f.t.Fatalf("%s is not on /metrics:\n%s", requestsCounter, b)
	return 0
}
