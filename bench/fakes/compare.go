package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"
)

// lap is one measurement of a server.
type lap struct {
	calls     int
	took      time.Duration
	serverCPU time.Duration
	latencies []time.Duration // of stories, sorted
}

func (l lap) perSecond() float64 { return float64(l.calls) / l.took.Seconds() }

func (l lap) cpuPerCall() time.Duration { return l.serverCPU / time.Duration(l.calls) }

func (l lap) percentile(p float64) time.Duration {
	return l.latencies[int(p*float64(len(l.latencies)-1))]
}

// compare prints a table of all contenders. They take turns, so that a busy
// minute of the machine does not fall on one of them alone.
func compare(ctx context.Context, s settings) error {
	all := contenders(s)
	best := make([]lap, len(all))
	for range s.laps {
		for i, c := range all {
			l, err := measure(ctx, c, s)
			if err != nil {
				return fmt.Errorf("measure the %s: %w", c.name, err)
			}
			if best[i].calls == 0 || l.perSecond() > best[i].perSecond() {
				best[i] = l
			}
		}
	}
	return printTable(all, best)
}

func printTable(all []contender, best []lap) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "SERVER\tREQUESTS/S\tOF BARE\tITS CPU/REQUEST\tP50 OF 3 REQUESTS\tP99\t")
	for i, c := range all {
		l := best[i]
		fmt.Fprintf(t, "%s\t%.0f\t%.2f\t%s\t%s\t%s\t\n", c.name, l.perSecond(), l.perSecond()/best[0].perSecond(),
			l.cpuPerCall().Round(time.Microsecond), l.percentile(0.5).Round(10*time.Microsecond), l.percentile(0.99).Round(10*time.Microsecond))
	}
	return t.Flush()
}

// warmUp lets a server find its size before it is measured.
const warmUp = 500 * time.Millisecond

// measure runs one lap at a server of its own.
func measure(ctx context.Context, c contender, s settings) (lap, error) {
	cmd, err := c.command(ctx)
	if err != nil {
		return lap{}, err
	}
	server, err := start(cmd)
	if err != nil {
		return lap{}, err
	}
	defer func() { _ = server.stop() }()
	header, err := c.login(server.address)
	if err != nil {
		return lap{}, err
	}
	l := load{story: c.story, address: server.address, header: header, connections: s.connections}
	if _, err := l.run(ctx, warmUp); err != nil {
		return lap{}, err
	}
	before, err := server.cpu()
	if err != nil {
		return lap{}, err
	}
	result, err := l.run(ctx, s.lap)
	if err != nil {
		return lap{}, err
	}
	after, err := server.cpu()
	result.serverCPU = after - before
	return result, err
}

// patience is what a server gets for its last answer.
const patience = 10 * time.Second

// load lets shops tell their story over and over, one on each connection.
type load struct {
	story       func(c *client, order int64) error
	address     string
	header      string
	connections int
	orders      atomic.Int64
}

func (l *load) run(ctx context.Context, d time.Duration) (lap, error) {
	began := time.Now()
	laps := make([]lap, l.connections)
	var shops errgroup.Group
	for i := range laps {
		shops.Go(func() (err error) {
			laps[i], err = l.shop(ctx, began.Add(d))
			return err
		})
	}
	err := shops.Wait()
	total := lap{took: time.Since(began)}
	for _, one := range laps {
		total.calls += one.calls
		total.latencies = append(total.latencies, one.latencies...)
	}
	slices.Sort(total.latencies)
	return total, err
}

// shop tells its story until the time is up.
func (l *load) shop(ctx context.Context, end time.Time) (lap, error) {
	c, err := dial(l.address, l.header)
	if err != nil {
		return lap{}, err
	}
	defer c.conn.Close()
	if err := c.conn.SetDeadline(end.Add(patience)); err != nil {
		return lap{}, err
	}
	var one lap
	for now := time.Now(); now.Before(end) && ctx.Err() == nil; {
		if err := l.story(c, l.orders.Add(1)); err != nil {
			return lap{}, err
		}
		began := now
		now = time.Now()
		one.latencies = append(one.latencies, now.Sub(began))
	}
	one.calls = c.calls
	return one, ctx.Err()
}
