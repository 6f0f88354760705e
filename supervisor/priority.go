package supervisor

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// gentleLimit is how long a new worker has to be content with what processor time the others leave: on a machine that is
// never idle it would else not become ready.
var gentleLimit = time.Second

// gently starts a process that runs only while nobody else wants the processor (SCHED_IDLE), so that clients of those
// who serve do not wait for its start. Threads inherit that from the one that forks (sched(7)). Where it could not be
// taken back, see liftable, the process is started like any other.
func gently(start func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		usual, err := unix.SchedGetAttr(0, 0)
		if err != nil || !liftable(usual) || unix.SchedSetAttr(0, idle(usual), 0) != nil {
			runtime.UnlockOSThread()
			done <- start()
			return
		}
		err = start()
		if unix.SchedSetAttr(0, usual, 0) == nil {
			runtime.UnlockOSThread() // else the thread ends with this goroutine
		}
		done <- err
	}()
	return <-done
}

func idle(usual *unix.SchedAttr) *unix.SchedAttr {
	return &unix.SchedAttr{Policy: unix.SCHED_IDLE, Nice: usual.Nice}
}

// liftable reports whether we may take SCHED_IDLE back: root may, others need RLIMIT_NICE (systemd: LimitNICE=0), see
// sched(7).
func liftable(usual *unix.SchedAttr) bool {
	const lowest = 20 // nice values are 20 minus the limit (getrlimit(2))
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NICE, &limit) == nil && int64(limit.Cur) >= lowest-int64(usual.Nice) {
		return true
	}
	var sets [2]unix.CapUserData
	err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &sets[0])
	return err == nil && sets[0].Effective&(1<<unix.CAP_SYS_NICE) != 0
}

// hurry gives a process that was started gently our own priority.
func hurry(pid int) error {
	usual, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		return fmt.Errorf("lift the priority of process %d: %w", pid, err)
	}
	for lifted := 1; lifted > 0; { // until no thread is left that another one made meanwhile
		if lifted, err = hurryThreads(pid, usual); err != nil {
			return fmt.Errorf("lift the priority of process %d: %w", pid, err)
		}
	}
	return nil
}

func hurryThreads(pid int, usual *unix.SchedAttr) (lifted int, err error) {
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return 0, err
	}
	for _, thread := range threads {
		tid, _ := strconv.Atoi(thread.Name()) // a number, says proc(5)
		now, err := unix.SchedGetAttr(tid, 0)
		if err != nil || now.Policy != unix.SCHED_IDLE {
			continue // it has ended, or is lifted
		}
		if err := unix.SchedSetAttr(tid, usual, 0); err == nil {
			lifted++
		}
	}
	return lifted, nil
}
