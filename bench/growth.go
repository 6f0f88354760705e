package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/samchon/payments-server/bench/httpload"
)

// flat is how much worse rate and latency may get when the data grows a hundredfold.
const flat = 0.2

// growth reads with few and many histories in the tables, then over few and many
// connections: nothing may collapse.
func growth(ctx context.Context, s settings, r *report) (err error) {
	system, err := startSystem(ctx, s.payments, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, system.stop()) }()
	ids, err := system.storeRecords(ctx, records)
	if err != nil {
		return err
	}
	load, err := system.reading(ids, readers)
	if err != nil {
		return err
	}
	var most, half [2][]httpload.Lap
	for i, size := range []int{1e4, 1e6} {
		if err := system.grow(ctx, size); err != nil {
			return err
		}
		if err := remember(ctx, load); err != nil {
			return err
		}
		for range s.rounds {
			lap, err := load.Closed(ctx, s.lap)
			if err != nil {
				return err
			}
			most[i] = append(most[i], lap)
		}
		// With every core busy, the slowest in a hundred tell of the scheduler, not of the data.
		for range s.rounds {
			lap, err := load.Open(ctx, s.lap, rates(most[0]).median/2)
			if err != nil {
				return err
			}
			half[i] = append(half[i], lap)
		}
	}
	few, many := rates(most[0]).median, rates(most[1]).median
	r.add(drift("read rate", "/s", few, many, few/many))
	few, many = percentiles(half[0], 99).median, percentiles(half[1], 99).median
	r.add(drift("read p99, at half of the first rate,", " ms", few, many, many/few))
	return connections(ctx, s, r, load)
}

// drift is from few histories to many; worse is how many times as bad that is.
func drift(what, unit string, few, many, worse float64) fact {
	return fact{
		what:  what + " with 10⁴ → 10⁶ histories",
		found: fmt.Sprintf("%.2f → %.2f%s (%+.0f %%)", few, many, unit, (many/few-1)*100),
		goal:  fmt.Sprintf("at most %.0f %% worse", flat*100), met: worse <= 1+flat,
	}
}

// connections reads over ever more of them. What counts is that the rate of many is
// not below that of few.
func connections(ctx context.Context, s settings, r *report, load httpload.Volley) error {
	best, found := 0.0, ""
	var last float64
	for _, load.Connections = range []int{1, 4, 16, 64, 256} {
		lap, err := load.Closed(ctx, s.lap)
		if err != nil {
			return err
		}
		last = lap.PerSecond()
		best = max(best, last)
		found += fmt.Sprintf("%d: %.0f/s, p99 %.1f ms; ", load.Connections, last, inMillis(lap.Percentile(99)))
	}
	r.add(fact{"reads over 1 to 256 connections", found[:len(found)-2], fmt.Sprintf("256 within %.0f %% of the best", flat*100), last >= best*(1-flat)})
	return nil
}

// grow fills the tables up to so many histories, with copies that nobody can read.
func (s *system) grow(ctx context.Context, to int) error {
	const step = 100_000
	for {
		var n int
		if err := s.pool.QueryRow(ctx, `SELECT count(*) FROM payments.payment_histories`).Scan(&n); err != nil {
			return err
		}
		if n >= to {
			break
		}
		fmt.Fprintf(os.Stderr, "         %d histories of %d\n", n, to)
		if _, err := s.pool.Exec(ctx, copyHistories, min(step, to-n), "http://127.0.0.1:9/"); err != nil {
			return err
		}
	}
	if _, err := s.pool.Exec(ctx, `VACUUM ANALYZE payments.payment_histories`); err != nil {
		return err
	}
	_, err := s.pool.Exec(ctx, `CHECKPOINT`)
	time.Sleep(time.Second) // what the kernel still writes is not the reads' doing
	return err
}
