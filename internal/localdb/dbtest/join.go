package dbtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v3/process"

	"github.com/samchon/payments-server/internal/localdb"
)

const (
	// joinTimeout bounds the wait for a server, which may have to be made first.
	joinTimeout = 2 * time.Minute
	// retryInterval is the pause before another attempt to reach the host.
	retryInterval = 50 * time.Millisecond
)

// server is what the tests of this process use.
type server struct {
	url string
	// membership is the connection that keeps the server alive. It is never closed:
	// the kernel does that when this process is gone.
	membership net.Conn
}

// hostDir is where the host of this user lives. Test processes of all checkouts
// share it.
func hostDir() string {
	return filepath.Join(os.TempDir(), "payments-test-"+strconv.Itoa(os.Geteuid()))
}

// joinHost asks the host in dir for its server, and starts a host where there is
// none.
func joinHost(dir string) (server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
	defer cancel()
	for {
		conn, err := net.Dial("unix", hostSocket(dir))
		if err == nil {
			answer, err := introduce(ctx, conn)
			if err == nil {
				url, err := interpret(answer)
				return server{url: url, membership: conn}, err
			}
			_ = conn.Close() // the host was just about to end
		} else if err := startHost(dir); err != nil {
			return server{}, err
		}
		select {
		case <-ctx.Done():
			return server{}, fmt.Errorf("no test database server in %s within %v", dir, joinTimeout)
		case <-time.After(retryInterval):
		}
	}
}

// introduce tells the host which go command to watch and returns its answer.
func introduce(ctx context.Context, conn net.Conn) (string, error) {
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // fails on a closed connection, as what follows
	}
	if _, err := fmt.Fprintln(conn, goCommand()); err != nil {
		return "", err
	}
	return bufio.NewReader(conn).ReadString('\n')
}

func interpret(answer string) (serverURL string, err error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(answer), " ")
	switch word {
	case answerURL:
		return rest, nil
	case answerMissing:
		return "", fmt.Errorf("%w: %s", localdb.ErrNoPrograms, rest)
	default:
		return "", errors.New(rest)
	}
}

// goCommand is the process id of the go command that runs this test, or 0 when
// something else does, such as a shell, which may live for days.
func goCommand() int32 {
	parent, err := process.NewProcess(int32(os.Getppid()))
	if err != nil {
		return 0
	}
	if name, err := parent.Name(); err != nil || name != "go" {
		return 0
	}
	return parent.Pid
}

// startHost starts a host in the background. Of two, the later one ends at once.
// Its session is its own, so that Ctrl-C on the tests does not reach it, and so
// are its outputs: go test waits until nobody holds those of a test.
func startHost(dir string) error {
	if err := makeHostDir(dir); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	host := exec.Command(self, hostArgument, dir)
	host.Dir = "/"
	host.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := host.Start(); err != nil {
		return fmt.Errorf("start host: %w", err)
	}
	return host.Process.Release()
}

// makeHostDir makes the host's folder. Others may pass through it, since root's
// PostgreSQL runs as somebody else. One that another user put there is refused.
func makeHostDir(dir string) error {
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != os.Geteuid() || !info.IsDir() {
		return fmt.Errorf("%s is not ours: remove it", dir)
	}
	return nil
}
