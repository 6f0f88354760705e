package supervisor_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor"
)

// TestPriority looks at every thread of the new workers: while they start they leave the processor to those who serve,
// where the supervisor may take that back, and afterwards none of them is slower than the others.
func TestPriority_IsLowOnlyWhileANewGenerationStarts(t *testing.T) {
	t.Parallel()
	f := start(t, script{GentleLimit: 10 * time.Second}) // time to see it; a busy machine needs the end of it
	f.wantPolicies(f.serving(), map[uint32]bool{unix.SCHED_NORMAL: true})
	f.rewrite(func(s *script) { s.Hold = true })
	reloaded := make(chan error, 1)
	go func() { reloaded <- f.reload() }()
	starting := uint32(unix.SCHED_NORMAL)
	if supervisor.MayStartGently() {
		starting = unix.SCHED_IDLE
	}
	f.await("a gentle start", func() bool {
		p := policies(t, f.generation(2))
		return len(p) == 1 && p[starting]
	})
	f.rewrite(func(s *script) { s.Hold = false })
	must(t, <-reloaded)
	f.wantPolicies(f.serving(), map[uint32]bool{unix.SCHED_NORMAL: true})
}

func TestPriority_IsLiftedAfterAWhileThoughTheWorkerIsNotReady(t *testing.T) {
	t.Parallel()
	f := start(t, script{})
	f.rewrite(func(s *script) { s.NeverReady = true })
	go f.reload() // never blessed
	f.await("a generation that starts", func() bool { return len(f.generation(2).Workers) == 2 })
	f.await("it to be hurried", func() bool {
		p := policies(t, f.generation(2))
		return len(p) == 1 && p[unix.SCHED_NORMAL]
	})
}

func (f *fleet) wantPolicies(g supervisor.Generation, want map[uint32]bool) {
	f.t.Helper()
	if got := policies(f.t, g); fmt.Sprint(got) != fmt.Sprint(want) {
		f.t.Errorf("threads of generation %d have the policies %v, want %v", g.Number, got, want)
	}
}

func policies(t *testing.T, g supervisor.Generation) map[uint32]bool {
	t.Helper()
	found := map[uint32]bool{}
	for _, w := range g.Workers {
		threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", w.PID))
		must(t, err)
		for _, thread := range threads {
			tid, err := strconv.Atoi(thread.Name())
			must(t, err)
			if attr, err := unix.SchedGetAttr(tid, 0); err == nil { // it may have ended
				found[attr.Policy] = true
			}
		}
	}
	return found
}
