package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v3/process"

	"github.com/samchon/payments-server/supervisor"
)

const (
	mostMemory   = 40.0 // MiB of an idle worker
	longestStart = 150 * time.Millisecond
)

// workers says what a worker costs that does nothing, and how soon it is ready: alone, and beside another that starts
// on the same processors.
func workers(ctx context.Context, s settings, r *report) error {
	memory, alone, err := startWorkers(ctx, s, 1)
	if err != nil {
		return err
	}
	_, together, err := startWorkers(ctx, s, 2)
	if err != nil {
		return err
	}
	r.add(fact{
		"memory of an idle worker", fmt.Sprintf("%.1f MiB (%.1f to %.1f)", memory.median, memory.least, memory.most),
		fmt.Sprintf("≤ %.0f MiB", mostMemory), memory.median <= mostMemory,
	})
	r.add(fact{
		"a worker, from exec to ready", fmt.Sprintf("%.0f ms (%.0f to %.0f)", alone.median, alone.least, alone.most),
		fmt.Sprintf("≤ %s", longestStart), alone.median <= inMillis(longestStart),
	})
	r.add(fact{
		what:  "two workers at once, from exec until both are ready",
		found: fmt.Sprintf("%.0f ms (%.0f to %.0f)", together.median, together.least, together.most),
	})
	return nil
}

// startWorkers starts generations of so many workers, one after the other, and returns how many MiB a worker takes, and
// after how many milliseconds all are ready.
func startWorkers(ctx context.Context, s settings, count int) (memory, ready spread, err error) {
	system, err := startSystem(ctx, s.payments, fmt.Sprintf("workers: %d\nhandover:\n  probation: 1s\n", count))
	if err != nil {
		return memory, ready, err
	}
	defer func() { err = errors.Join(err, system.stop()) }()
	var sizes, starts []float64
	for range s.rounds {
		generation, err := system.reload(ctx)
		if err != nil {
			return memory, ready, err
		}
		starts = append(starts, generation.ReadyMillis)
		for _, worker := range generation.Workers {
			p, err := process.NewProcessWithContext(ctx, int32(worker.PID))
			if err != nil {
				return memory, ready, err
			}
			use, err := p.MemoryInfoWithContext(ctx)
			if err != nil {
				return memory, ready, err
			}
			sizes = append(sizes, float64(use.RSS)/(1<<20))
		}
	}
	return spreadOf(sizes), spreadOf(starts), nil
}

// reload starts a generation and returns it when it is blessed and the one before has ended, which would take processors
// from the next.
func (s *system) reload(ctx context.Context) (supervisor.Generation, error) {
	if err := supervisor.Reload(ctx, s.admin, string(s.config.SystemPassword)); err != nil {
		return supervisor.Generation{}, err
	}
	for {
		census, err := supervisor.Status(ctx, s.admin)
		switch {
		case err != nil:
			return supervisor.Generation{}, err
		case len(census.Generations) == 0:
			return supervisor.Generation{}, errors.New("the census names no generation")
		case len(census.Generations) == 1:
			return census.Generations[0], nil
		}
		select {
		case <-ctx.Done():
			return supervisor.Generation{}, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
