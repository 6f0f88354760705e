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

// growth reads and stores with few and many histories in the tables, side by side, then
// reads over few and many connections: nothing may collapse.
func growth(ctx context.Context, s settings, r *report) (err error) {
	var systems [2]*system
	var loads [2]httpload.Volley
	for i, size := range []int{1e4, 1e6} {
		if systems[i], err = startSystem(ctx, s.payments, ""); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, systems[i].stop()) }()
		if loads[i], err = systems[i].readingOf(ctx, size); err != nil {
			return err
		}
	}
	few, many := loads[0], loads[1]
	if err := (match{
		what: "read a history, 10⁶ histories", goal: 1 / (1 + flat),
		ours: contender{"reads of 10⁶ histories", many.Closed}, peer: contender{"the same with 10⁴ histories", few.Closed},
		note: fmt.Sprintf("Two systems side by side. The %d records that are read were stored before the others.", records),
	}).play(ctx, s, r); err != nil {
		return err
	}
	// With every core busy, the slowest in a hundred tell of the scheduler, not of the data.
	half := rates(r.matches[len(r.matches)-1].theirs).median / 2
	at := func(load httpload.Volley) contender {
		return contender{"reads at half that rate", func(ctx context.Context, d time.Duration) (httpload.Lap, error) {
			return load.Open(ctx, d, half)
		}}
	}
	// A pause of the whole machine is in the slowest of a long turn for certain, and in few of many short ones.
	slow := result{match: match{ours: at(many), peer: at(few)}}
	if err := slow.rounds(ctx, settings{rounds: 5 * s.rounds, lap: s.lap / 4}); err != nil {
		return err
	}
	r.add(slow.drift(half))
	fewer := settings{rounds: (s.rounds + 1) / 2, lap: s.lap} // each turn pays for hundreds of orders first
	if err := (match{
		what: "store a history (card), 10⁶ histories", goal: 1 / (1 + flat),
		ours: contender{"stores beside 10⁶ histories", systems[1].storeLap}, peer: contender{"the same beside 10⁴ histories", systems[0].storeLap},
		note: "Two systems side by side.",
	}).play(ctx, fewer, r); err != nil {
		return err
	}
	return connections(ctx, s, r, many)
}

// drift says how much longer the slowest in a hundred wait for many histories than for few.
func (r result) drift(rate float64) fact {
	few, many := percentiles(r.theirs, 99), percentiles(r.mine, 99)
	worse := many.median / few.median
	return fact{
		what: fmt.Sprintf("read p99, with 10⁴ → 10⁶ histories (open loop, %.0f/s; median of %d short turns)", rate, len(r.mine)),
		found: fmt.Sprintf("%.2f (%.2f to %.2f) → %.2f ms (%.2f to %.2f): %+.0f %%", few.median, few.least, few.most,
			many.median, many.least, many.most, (worse-1)*100),
		goal: fmt.Sprintf("at most %.0f %% worse", flat*100), met: worse <= 1+flat,
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

// readingOf reads the records of a system that has so many histories, whose passwords it has been told.
func (s *system) readingOf(ctx context.Context, histories int) (load httpload.Volley, err error) {
	ids, err := s.storeRecords(ctx, records)
	if err != nil {
		return load, err
	}
	if load, err = s.reading(ids, readers); err != nil {
		return load, err
	}
	if err := s.grow(ctx, histories); err != nil {
		return load, err
	}
	return load, remember(ctx, load)
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
		if _, err := s.copyHistories(ctx, min(step, to-n), "http://127.0.0.1:9/"); err != nil {
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
