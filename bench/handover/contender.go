package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/samchon/payments-server/supervisor"
)

const patience = 30 * time.Second

// contender is a way to hand over.
type contender struct {
	name  string
	start func(dir string) (*running, error)
}

// running is a contender with the load on it.
type running struct {
	addr     string
	admin    string       // of a supervisor
	handOver func() error // returns when the next one may begin
	stop     func()
}

func contenders() []contender {
	all := []contender{
		{"this supervisor", startOurs},
		{"no handover: another supervisor, without clients, hands over beside it", startBeside},
		{"Server.Shutdown", func(dir string) (*running, error) { return startPlain(dir, shutdownRole) }},
		{"SetKeepAlivesEnabled(false), then Server.Shutdown", func(dir string) (*running, error) { return startPlain(dir, keepAlivesRole) }},
		{"tableflip's example", startTableflip},
	}
	if path, err := exec.LookPath("nginx"); err == nil {
		all = append(all, contender{"nginx -s reload", func(dir string) (*running, error) { return startNginx(dir, path) }})
	}
	return all
}

// again starts this program in another role.
func again(dir, role string, files ...*os.File) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, dirVariable+"="+dir)
	cmd.Stderr, cmd.ExtraFiles = os.Stderr, files
	return cmd, cmd.Start()
}

func startOurs(dir string) (*running, error) {
	cmd, err := again(dir, supervisorRole)
	if err != nil {
		return nil, err
	}
	at, err := addresses(dir)
	if err != nil {
		return nil, errors.Join(err, cmd.Process.Kill())
	}
	return &running{addr: at[0], admin: at[1],
		handOver: func() error {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			return supervisor.Reload(ctx, at[1], password)
		},
		stop: func() { _, _ = cmd.Process.Signal(syscall.SIGTERM), cmd.Wait() },
	}, nil
}

// startBeside shows what a handover costs because processes start, and not because connections move: the load is on one
// supervisor, which is left alone, and another one, which has no clients, hands over.
func startBeside(dir string) (*running, error) {
	r, err := startOurs(dir)
	if err != nil {
		return nil, err
	}
	elsewhere := filepath.Join(dir, "beside")
	if err := os.Mkdir(elsewhere, 0o700); err != nil {
		r.stop()
		return nil, err
	}
	beside, err := startOurs(elsewhere)
	if err != nil {
		r.stop()
		return nil, err
	}
	return &running{addr: r.addr, handOver: beside.handOver, stop: func() { beside.stop(); r.stop() }}, nil
}

// startTableflip hands over as tableflip's documentation does: HUP, and wait until the old process is gone, because it
// refuses another upgrade before.
func startTableflip(dir string) (*running, error) {
	cmd, err := again(dir, tableflipRole)
	if err != nil {
		return nil, err
	}
	at, err := addresses(dir)
	if err != nil {
		return nil, errors.Join(err, cmd.Process.Kill())
	}
	go func() { _ = cmd.Wait() }() // it ends at the first handover; its successors are not our children
	pid := cmd.Process.Pid
	return &running{addr: at[0],
		handOver: func() error {
			old := pid
			return await(fmt.Sprintf("process %d to leave", old), func() bool {
				if pid == old { // again and again: it refuses until it has noticed that its own parent is gone
					syscall.Kill(old, syscall.SIGHUP)
				}
				b, err := os.ReadFile(filepath.Join(dir, "pid"))
				if n, nerr := strconv.Atoi(string(b)); err == nil && nerr == nil {
					pid = n
				}
				return pid != old && gone(old)
			})
		},
		stop: func() { syscall.Kill(pid, syscall.SIGKILL) },
	}, nil
}

func addresses(dir string) (at []string, err error) {
	err = await("the addresses", func() bool {
		b, err := os.ReadFile(filepath.Join(dir, "addresses"))
		return err == nil && json.Unmarshal(b, &at) == nil
	})
	return at, err
}

func await(what string, ok func() bool) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(end) {
			return fmt.Errorf("waited in vain for %s", what)
		}
	}
	return nil
}

func gone(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ")
	return err != nil || strings.HasPrefix(rest, "Z")
}
