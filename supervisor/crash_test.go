package supervisor_test

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/internal/porttest"
	"github.com/samchon/payments-server/supervisor"
)

// TestRestart kills the supervisor and starts it again as systemd would: with the listener that it stored, at once; and
// without, as soon as its orphans give the address up.
func TestRestart(t *testing.T) {
	t.Parallel()
	t.Run("FindsItsListenerInSystemdsStore", func(t *testing.T) {
		t.Parallel()
		at := t.TempDir() + "/notify"
		systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at, Net: "unixgram"})
		must(t, err)
		defer systemd.Close()
		f := start(t, script{Notify: at})
		stored := mustReadStored(t, systemd)
		defer stored.Close()
		f.behead()
		again := f.launchAgain(stored)
		if again.api != f.api {
			t.Errorf("serves at %s, want %s", again.api, f.api)
		}
		again.awaitAnswer()
	})
	t.Run("WaitsForItsOrphans", func(t *testing.T) {
		t.Parallel()
		f := start(t, script{APIAt: "127.0.0.1:" + porttest.Free(t)})
		f.behead()
		f.launchAgain(nil).awaitAnswer()
	})
}

func (f *fleet) behead() {
	f.t.Helper()
	f.beheaded = true
	must(f.t, f.cmd.Process.Kill())
	f.cmd.Wait()
	f.wantPIDFile(f.cmd.Process.Pid) // by which the next one knows that there are orphans
	must(f.t, os.Remove(f.script.path("serving")))
}

// awaitAnswer waits until the new supervisor's worker answers: orphans still accept, too.
func (f *fleet) awaitAnswer() {
	f.t.Helper()
	f.await("a blessed generation", func() bool { return f.serving().State == supervisor.Blessed })
	f.wantPIDFile(f.census().PID)
	if got := f.post("/"); !strings.HasSuffix(got, " 4") {
		f.t.Errorf("answer %q", got)
	}
}

// launchAgain starts another supervisor in the place of a dead one.
func (f *fleet) launchAgain(stored *os.File) *fleet {
	f.t.Helper()
	again := &fleet{t: f.t, script: f.script, log: f.log}
	again.cmd = exec.Command(os.Args[0])
	again.cmd.Env = f.cmd.Env
	if stored != nil {
		again.cmd = exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0]) // systemd sets it between fork and exec
		again.cmd.Env = append(f.cmd.Env, "LISTEN_FDS=1", "LISTEN_FDNAMES=api")
		again.cmd.ExtraFiles = []*os.File{stored}
	}
	again.cmd.Stdout, again.cmd.Stderr = f.log.File, f.log.File
	lifeline, err := again.cmd.StdinPipe()
	must(f.t, err)
	must(f.t, again.cmd.Start())
	f.t.Cleanup(func() {
		again.stop()
		lifeline.Close()
		again.cmd.Wait()
	})
	again.await("the address", again.readAddresses)
	return again
}

// mustReadStored reads what systemd is told until a descriptor comes with it.
func mustReadStored(t *testing.T, systemd *net.UnixConn) *os.File {
	t.Helper()
	must(t, systemd.SetReadDeadline(time.Now().Add(patience)))
	b, oob := make([]byte, 4096), make([]byte, unix.CmsgSpace(4))
	for {
		n, on, _, _, err := systemd.ReadMsgUnix(b, oob)
		must(t, err)
		if string(b[:n]) != "FDSTORE=1\nFDNAME=api" {
			continue
		}
		messages, err := syscall.ParseSocketControlMessage(oob[:on])
		must(t, err)
		fds, err := syscall.ParseUnixRights(&messages[0])
		must(t, err)
		return os.NewFile(uintptr(fds[0]), "stored")
	}
}
