package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v3/process"
)

// server is a process under measurement.
type server struct {
	cmd     *exec.Cmd
	process *process.Process
	address string
	drained sync.WaitGroup
}

// again is this program in the role of a server.
func again(ctx context.Context, role string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	return cmd, nil
}

// start runs a server and reads its address from what it prints.
func start(cmd *exec.Cmd) (*server, error) {
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd}
	if s.address, err = findAddress(bufio.NewScanner(output)); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	// A full pipe would stop it: stripe-mock prints a line for each request.
	s.drained.Go(func() { _, _ = io.Copy(io.Discard, output) })
	if s.process, err = process.NewProcess(int32(cmd.Process.Pid)); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// addresses are those in the lines that our roles and stripe-mock print.
var addresses = regexp.MustCompile(`(?:^|HTTP at address: )(127\.0\.0\.1:\d+)$`)

func findAddress(lines *bufio.Scanner) (string, error) {
	for lines.Scan() {
		if found := addresses.FindStringSubmatch(lines.Text()); found != nil {
			return found[1], nil
		}
	}
	return "", errors.Join(errors.New("it ended without saying where it listens"), lines.Err())
}

// cpu is the processor time it has used so far.
func (s *server) cpu() (time.Duration, error) {
	times, err := s.process.Times()
	if err != nil {
		return 0, fmt.Errorf("read the processor time of %d: %w", s.cmd.Process.Pid, err)
	}
	return time.Duration((times.User + times.System) * float64(time.Second)), nil
}

// stop ends it. That it was killed is no error.
func (s *server) stop() error {
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	s.drained.Wait()
	_ = s.cmd.Wait()
	return nil
}
