package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// roleVariable makes this program a service instead, that takes webhooks.
const roleVariable = "BENCH_ROLE"

const serviceRole = "service"

// service takes webhooks in a process of its own, as services do: within ours, the bare
// loop would be spared the switch between the two.
type service struct {
	url     string
	process *exec.Cmd
}

func startService(ctx context.Context) (*service, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env, cmd.Stderr = append(os.Environ(), roleVariable+"="+serviceRole), os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL} // Ctrl-C is for us
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &service{process: cmd}
	address, err := bufio.NewReader(output).ReadString('\n')
	s.url = "http://" + strings.TrimSpace(address)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the service does not say where it listens: %w", err), s.stop())
	}
	return s, nil
}

// stop ends it. That it was killed is no error.
func (s *service) stop() error {
	if err := s.process.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_ = s.process.Wait()
	return nil
}

// taken is how many webhooks it has got so far.
func (s *service) taken(ctx context.Context) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// serveService serves until it is killed.
func serveService() error {
	listener, err := net.Listen("tcp", loopback(0))
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	var taken atomic.Int64
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, taken.Load())
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		taken.Add(1)
	}))
}
