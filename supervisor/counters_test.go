package supervisor_test

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/samchon/payments-server/bench/handover/load"
	"github.com/samchon/payments-server/supervisor"
)

// TestCounters_AreConserved kills workers with -9 between handovers, while they are in the middle of uploads: the sum on
// /metrics must be exactly what the clients saw acknowledged, and must never have been less than before. The clients that
// know no upload pause at a kill, because nobody can count a request and answer it in one step: a worker killed between
// the two has counted one that was not acknowledged.
func TestCounters_AreConserved(t *testing.T) {
	t.Parallel()
	const handovers, killEvery, keepAlive, uploads = 200, 10, 16, 4
	f := start(t, script{Probation: time.Millisecond})
	l := mustLoad(t, f.api, think/2)
	l.KeepAlive(keepAlive)
	last, kills, lost := 0, 0, 0
	for i := range handovers {
		must(t, f.reload())
		if i%killEvery == 0 {
			lost += f.killUploading(l, uploads)
			kills++
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
	if want := keepAlive + kills*uploads; failed != lost || lost == 0 || dials != want {
		t.Errorf("%d failed, want the %d uploads of killed workers; %d dials, want %d: idle connections are lost\n%s",
			failed, lost, dials, want, l.Failures())
	}
}

// killUploading kills a worker that has uploads in progress, and returns how many are lost with it when the others have
// ended.
func (f *fleet) killUploading(l *load.Load, uploads int) (lost int) {
	f.t.Helper()
	l.Quiet.Lock()
	defer l.Quiet.Unlock()
	f.await("every connection to be idle", func() bool { // an answered one may be called busy a moment longer
		gs := f.census().Generations
		return len(gs) == 1 && gs[0].Busy == 0
	})
	release := make(chan struct{})
	before := f.counted()
	for range uploads {
		l.SlowUpload(release)
	}
	var victim supervisor.Worker
	f.await("uploads in progress", func() bool {
		g := f.serving()
		victim = slices.MaxFunc(g.Workers, func(a, b supervisor.Worker) int { return cmp.Compare(a.Busy, b.Busy) })
		return g.Busy == uploads
	})
	must(f.t, syscall.Kill(victim.PID, syscall.SIGKILL))
	f.await("the dead worker to be replaced", func() bool {
		g := f.serving()
		return len(g.Workers) == 2 && !slices.ContainsFunc(g.Workers, func(w supervisor.Worker) bool { return w.PID == victim.PID })
	})
	close(release)
	f.await("the other uploads to end", func() bool { return f.counted() == before+uploads-victim.Busy && f.serving().Busy == 0 })
	return victim.Busy
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
