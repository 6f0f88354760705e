package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// fakesTimeout bounds the start of the fakes.
const fakesTimeout = 20 * time.Second

func (l *local) fakesPID() string { return l.home.cfg.Path("run", "fakes.pid") }
func (l *local) fakesLog() string { return l.home.cfg.Path("logs", "fakes.log") }

func (l *local) fakeIamport() string { return loopback(l.home.cfg.Fakes.IamportPort) }
func (l *local) fakeToss() string    { return loopback(l.home.cfg.Fakes.TossPort) }

// startFakes starts the fakes as a process of their own, which an upgrade of the
// supervisor leaves alone, or adopts those that run on our ports.
func (l *local) startFakes(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, fakesTimeout)
	defer cancel()
	if running := livingProcess(l.home.cfg.Home, l.fakesPID(), "fakes"); running != 0 {
		if l.fakesAnswer() {
			return nil
		}
		if err := endProcess(ctx, running, "fakes"); err != nil {
			return err
		}
	}
	if err := errors.Join(
		checkFree(l.fakeIamport(), "FAKE_IAMPORT_PORT"),
		checkFree(l.fakeToss(), "FAKE_TOSS_PORT"),
	); err != nil {
		return err
	}
	return l.spawnFakes(ctx)
}

func (l *local) spawnFakes(ctx context.Context) error {
	child, err := l.background(l.fakesLog(), "fakes")
	if err != nil {
		return fmt.Errorf("start the fakes: %w", err)
	}
	if err := os.WriteFile(l.fakesPID(), []byte(strconv.Itoa(child.pid)), 0o600); err != nil {
		return errors.Join(err, endProcess(ctx, child.pid, "fakes"))
	}
	if err := child.waitReady(ctx, l.fakesAnswer); err != nil {
		return fmt.Errorf("start the fakes: %w", err)
	}
	return nil
}

func (l *local) fakesAnswer() bool {
	for _, address := range []string{l.fakeIamport(), l.fakeToss()} {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return false
		}
		_ = conn.Close()
	}
	return true
}

func (l *local) stopFakes(ctx context.Context) error {
	if running := livingProcess(l.home.cfg.Home, l.fakesPID(), "fakes"); running != 0 {
		if err := endProcess(ctx, running, "fakes"); err != nil {
			return fmt.Errorf("stop the fakes: %w", err)
		}
	}
	if err := os.Remove(l.fakesPID()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
