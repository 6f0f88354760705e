package httpload

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// Work lets this process do something for the duration, as often as it can, in so
// many goroutines: what a load is compared with.
func Work(ctx context.Context, d time.Duration, goroutines int, do func(ctx context.Context) error) (Lap, error) {
	laps := make([]Lap, goroutines)
	cpu, began := OwnCPU(), time.Now()
	all, ctx := errgroup.WithContext(ctx)
	for i := range laps {
		laps[i].Latency = NewLatency()
		all.Go(func() error { return laps[i].repeat(ctx, began.Add(d), do) })
	}
	err := all.Wait()
	return sum(laps, time.Since(began), OwnCPU()-cpu), err
}

func (l *Lap) repeat(ctx context.Context, end time.Time, do func(ctx context.Context) error) error {
	for now := time.Now(); now.Before(end); {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := do(ctx); err != nil {
			return err
		}
		before := now
		now = time.Now()
		l.took(now.Sub(before))
	}
	return nil
}

// took books a call. What lasts beyond a minute is not in the histogram.
func (l *Lap) took(d time.Duration) {
	l.Calls++
	_ = l.Latency.RecordValue(max(1, d.Microseconds()))
}

func sum(laps []Lap, took, own time.Duration) Lap {
	total := Lap{Took: took, Own: own, Latency: NewLatency()}
	for _, one := range laps {
		total.Calls += one.Calls
		total.Requests += one.Requests
		total.Latency.Merge(one.Latency)
	}
	return total
}
