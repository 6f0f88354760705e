package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/samchon/payments-server/bench/httpload"
)

// contender does some work for a while, and says how often it did it.
type contender struct {
	name string
	lap  func(ctx context.Context, d time.Duration) (httpload.Lap, error)
}

// match is a comparison of ours with a peer who does the least that the work takes.
type match struct {
	what       string
	ours, peer contender
	goal       float64 // our rate as a part of the peer's, at least; 0: only to compare
	laps       int     // that a turn takes, 0: one. Few long calls are under way at its ends, when not all processors are busy
	note       string
}

// result is a match that was played.
type result struct {
	match
	mine, theirs []httpload.Lap
}

// play compares them for the report.
func (m match) play(ctx context.Context, s settings, r *report) error {
	played := result{match: m}
	if err := played.rounds(ctx, s); err != nil {
		return err
	}
	r.matches = append(r.matches, played)
	return nil
}

// rounds lets both take turns, so that a busy minute of the machine does not fall on
// one of them alone. Each warms up first.
func (r *result) rounds(ctx context.Context, s settings) error {
	turn := s.lap * time.Duration(max(r.laps, 1))
	for _, c := range []contender{r.ours, r.peer} {
		if _, err := c.lap(ctx, turn/2); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for round := range s.rounds {
		turns := []func() error{
			func() error { return r.ours.turn(ctx, turn, &r.mine) },
			func() error { return r.peer.turn(ctx, turn, &r.theirs) },
		}
		if round%2 == 1 {
			slices.Reverse(turns)
		}
		for _, turn := range turns {
			if err := turn(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c contender) turn(ctx context.Context, d time.Duration, laps *[]httpload.Lap) error {
	lap, err := c.lap(ctx, d)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	*laps = append(*laps, lap)
	return nil
}

// ratio is our rate as a part of the peer's, by rounds.
func (r result) ratio() spread {
	ratios := make([]float64, len(r.mine))
	for i := range ratios {
		ratios[i] = r.mine[i].PerSecond() / r.theirs[i].PerSecond()
	}
	return spreadOf(ratios)
}

func rates(laps []httpload.Lap) spread {
	return spreadBy(laps, httpload.Lap.PerSecond)
}

func percentiles(laps []httpload.Lap, p float64) spread {
	return spreadBy(laps, func(l httpload.Lap) float64 { return float64(l.Percentile(p).Microseconds()) / 1e3 })
}

// spread is a median and how far the measurements lie apart.
type spread struct{ median, least, most float64 }

func spreadBy[T any](items []T, of func(T) float64) spread {
	values := make([]float64, len(items))
	for i, item := range items {
		values[i] = of(item)
	}
	return spreadOf(values)
}

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	slices.Sort(values)
	return spread{values[len(values)/2], values[0], values[len(values)-1]}
}
