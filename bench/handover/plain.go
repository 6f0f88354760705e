package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
)

// inheritedFD is where os/exec puts the first of ExtraFiles.
const inheritedFD = 3

// plain is the least that a handover without a closed port needs: somebody holds the listener, starts the next process,
// and ends the one before when that one serves.
type plain struct {
	dir, role string
	listener  *os.File
	serving   *exec.Cmd
}

func startPlain(dir, role string) (*running, error) {
	ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	defer ln.Close() // the file is a copy
	p := &plain{dir: dir, role: role}
	if p.listener, err = ln.File(); err != nil {
		return nil, err
	}
	if p.serving, err = p.next(); err != nil {
		p.listener.Close()
		return nil, err
	}
	return &running{addr: ln.Addr().String(), handOver: p.handOver, stop: p.stop}, nil
}

// next starts a process and waits until it serves.
func (p *plain) next() (*exec.Cmd, error) {
	cmd, err := again(p.dir, p.role, p.listener)
	if err != nil {
		return nil, err
	}
	err = await("the next process", func() bool {
		at, err := addresses(p.dir)
		return err == nil && at[0] == fmt.Sprint(cmd.Process.Pid)
	})
	if err != nil {
		_, _ = cmd.Process.Kill(), cmd.Wait()
		return nil, err
	}
	return cmd, nil
}

func (p *plain) handOver() error {
	next, err := p.next()
	if err != nil {
		return err
	}
	old := p.serving
	p.serving = next
	if err := old.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return old.Wait()
}

func (p *plain) stop() {
	_, _ = p.serving.Process.Kill(), p.serving.Wait()
	p.listener.Close()
}
