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

// workers says what a worker costs that does nothing, and how soon it is ready.
func workers(ctx context.Context, s settings, r *report) (err error) {
	system, err := startSystem(ctx, s.payments, "handover:\n  probation: 1s\n")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, system.stop()) }()
	var memory, ready []float64
	for range s.rounds {
		generation, err := system.reload(ctx)
		if err != nil {
			return err
		}
		ready = append(ready, generation.ReadyMillis)
		for _, worker := range generation.Workers {
			p, err := process.NewProcessWithContext(ctx, int32(worker.PID))
			if err != nil {
				return err
			}
			use, err := p.MemoryInfoWithContext(ctx)
			if err != nil {
				return err
			}
			memory = append(memory, float64(use.RSS)/(1<<20))
		}
	}
	size, start := spreadOf(memory), spreadOf(ready)
	r.add(fact{
		"memory of an idle worker", fmt.Sprintf("%.1f MiB (%.1f to %.1f)", size.median, size.least, size.most),
		fmt.Sprintf("≤ %.0f MiB", mostMemory), size.median <= mostMemory,
	})
	r.add(fact{
		"a generation of two workers, from exec to ready", fmt.Sprintf("%.0f ms (%.0f to %.0f)", start.median, start.least, start.most),
		fmt.Sprintf("≤ %s", longestStart), start.median <= inMillis(longestStart),
	})
	return nil
}

// reload starts a generation and returns it when it is blessed.
func (s *system) reload(ctx context.Context) (supervisor.Generation, error) {
	if err := supervisor.Reload(ctx, s.admin, string(s.config.SystemPassword)); err != nil {
		return supervisor.Generation{}, err
	}
	census, err := supervisor.Status(ctx, s.admin)
	if err != nil || len(census.Generations) == 0 {
		return supervisor.Generation{}, fmt.Errorf("the census names no generation: %w", err)
	}
	return census.Generations[len(census.Generations)-1], nil
}
