package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/samchon/payments-server/bench/handover/load"
	"github.com/samchon/payments-server/supervisor"
)

// undo kills generations on probation and prints how long it takes until clients that held an idle connection to one,
// and all ask at that moment, have their answers from the generation before.
func undo(s settings) error {
	dir, err := os.MkdirTemp("", "handover")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	os.Setenv(undoVariable, "1")
	defer os.Unsetenv(undoVariable)
	r, err := startOurs(dir)
	if err != nil {
		return err
	}
	defer r.stop()
	l := load.New(r.addr, 0)
	defer l.End()
	if err := await("the first generation", func() bool { return r.serving(supervisor.Blessed).Number == 1 }); err != nil {
		return err
	}
	ask, took := l.Held(s.keepAlive), []time.Duration(nil)
	for range s.undos {
		d, err := r.undoOnce(ask, s.keepAlive)
		if err != nil {
			return fmt.Errorf("undo: %w", err)
		}
		took = append(took, d)
	}
	slices.Sort(took)
	at := func(share float64) time.Duration {
		return took[min(len(took)-1, int(share*float64(len(took))))].Round(10 * time.Microsecond)
	}
	_, failed, dials := l.Count()
	fmt.Printf("\n%d undos, %d clients that ask at once: answered after p50 %s, p90 %s, max %s; %d failed, %d re-dials\n",
		s.undos, s.keepAlive, at(0.5), at(0.9), at(1), failed, dials-s.keepAlive)
	return nil
}

// undoOnce starts a generation, and kills it when it has every client.
func (r *running) undoOnce(ask func(), clients int) (time.Duration, error) {
	undone := make(chan error, 1)
	go func() { undone <- r.handOver() }()
	var victims []supervisor.Worker
	err := await("the clients on the new generation", func() bool {
		g := r.serving(supervisor.Probation)
		victims = g.Workers
		return g.Idle == clients
	})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	for _, w := range victims {
		syscall.Kill(w.PID, syscall.SIGKILL)
	}
	ask()
	took := time.Since(began)
	if <-undone == nil {
		return 0, errors.New("a dead generation was blessed")
	}
	return took, nil
}

// serving is the generation in that state.
func (r *running) serving(state supervisor.State) supervisor.Generation {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, _ := supervisor.Status(ctx, r.admin) // an error is an empty census
	for _, g := range c.Generations {
		if g.State == state {
			return g
		}
	}
	return supervisor.Generation{}
}
