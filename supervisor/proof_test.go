package supervisor_test

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/supervisor"
)

// TestHandover is the promise: clients that may not retry lose no request to a handover, and do not even dial again.
func TestHandover(t *testing.T) {
	t.Parallel()
	const handovers, keepAlive, silent, pipelined, uploads = 100, 48, 8, 4, 3
	f := start(t, script{Probation: 20 * time.Millisecond, IdleTimeout: time.Minute})
	l, release := mustLoad(t, f.api, think), make(chan struct{})
	l.Silent(silent, release)
	time.AfterFunc(6*time.Second, func() { close(release) }) // older than the 5 s after which Shutdown kills them
	l.KeepAlive(keepAlive)
	l.Fresh(2)
	l.Pipelined(pipelined)
	for range uploads {
		l.SlowUpload(release)
	}
	for range handovers {
		must(t, f.reload())
	}
	<-release
	f.await("the silent connections and uploads to be answered", func() bool { return onlyServing(f) })
	l.End()

	ok, failed, dials := l.Count()
	t.Logf("%d handovers, %d requests, %d failed, %d dials, p99 %s", handovers, ok, failed, dials, l.Percentile(0.99))
	if failed != 0 {
		t.Errorf("%d requests failed:\n%s", failed, l.Failures())
	}
	if want := keepAlive + silent + pipelined + uploads; dials != want {
		t.Errorf("%d dials, want %d: clients had to come back", dials, want)
	}
	for _, r := range f.census().Receipts {
		if r.Forced != 0 || r.Outcome != supervisor.Blessed {
			t.Errorf("receipt: %+v", r)
		}
	}
}

// TestHandover_OfManyIdleConnections has far more than travel at once, and busy ones beside them.
func TestHandover_OfManyIdleConnections(t *testing.T) {
	t.Parallel()
	const handovers, idle, keepAlive = 5, 1000, 128
	f := start(t, script{})
	l := mustLoad(t, f.api, think)
	again := l.Idle(idle)
	l.KeepAlive(keepAlive)
	for range handovers {
		must(t, f.reload())
	}
	f.await("the old generations to leave", func() bool { return onlyServing(f) })
	again()
	l.End()
	if ok, failed, dials := l.Count(); failed != 0 || dials != idle+keepAlive || ok < 2*idle {
		t.Errorf("%d answers, %d failed, %d dials:\n%s", ok, failed, dials, l.Failures())
	}
}

// onlyServing reports whether every older generation has left.
func onlyServing(f *fleet) bool { return len(f.census().Generations) == 1 }

// TestHandover_WithFewDescriptors has more connections than the supervisor has descriptors for: those that find no room
// wait in their old worker, and are served there.
func TestHandover_WithFewDescriptors(t *testing.T) {
	t.Parallel()
	const handovers, connections = 10, 200
	f := start(t, script{Descriptors: 160})
	l := mustLoad(t, f.api, think)
	l.KeepAlive(connections)
	f.await("all connections", func() bool { g := f.serving(); return g.Idle+g.Busy == connections })
	for range handovers {
		must(t, f.reload())
		f.await("the old generation to leave", func() bool { return onlyServing(f) })
	}
	l.End()
	if ok, failed, dials := l.Count(); failed != 0 || dials != connections || ok == 0 {
		t.Errorf("%d answers, %d failed, %d dials:\n%s", ok, failed, dials, l.Failures())
	}
}
