// Package disktest gives a test a disk that is full. It needs no privilege and no disk: the kernel refuses to let files
// grow, which a program meets in the same places as ENOSPC, after half a line, too.
package disktest

import (
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Fill lets no file grow beyond a size, until free is called.
type Fill func(size int64) (free func())

// alone tells a process that it has nothing to do but one test.
const alone = "DISKTEST_ALONE"

// Run runs a test in a process of its own, because a limit is a process's; those that it starts inherit it.
func Run(t *testing.T, test func(Fill)) {
	t.Helper()
	if os.Getenv(alone) == t.Name() {
		signal.Ignore(unix.SIGXFSZ) // so that write(2) fails with EFBIG, see setrlimit(2)
		test(func(size int64) func() { return fill(t, size) })
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), alone+"="+t.Name())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func fill(t *testing.T, size int64) (free func()) {
	t.Helper()
	var before unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &before))
	must(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(size), Max: before.Max}))
	return sync.OnceFunc(func() { must(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &before)) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
