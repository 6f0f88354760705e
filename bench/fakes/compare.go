package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/samchon/payments-server/bench/httpload"
)

// lap is one measurement of a server.
type lap struct {
	httpload.Lap
	serverCPU time.Duration
}

// perSecond counts requests; a story has three.
func (l lap) perSecond() float64 { return float64(l.Requests) / l.Took.Seconds() }

func (l lap) cpuPerRequest() time.Duration { return l.serverCPU / time.Duration(l.Requests) }

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
			if best[i].Requests == 0 || l.perSecond() > best[i].perSecond() {
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
			l.cpuPerRequest().Round(time.Microsecond), l.Percentile(50).Round(10*time.Microsecond), l.Percentile(99).Round(10*time.Microsecond))
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
	var orders atomic.Int64
	load := httpload.Load{
		Address: server.address, Header: header, Connections: s.connections,
		Call: func(client *httpload.Client, _, _ int) error { return c.story(client, orders.Add(1)) },
	}
	if _, err := load.Closed(ctx, warmUp); err != nil {
		return lap{}, err
	}
	before, err := server.cpu()
	if err != nil {
		return lap{}, err
	}
	result, err := load.Closed(ctx, s.lap)
	if err != nil {
		return lap{}, err
	}
	after, err := server.cpu()
	return lap{result, after - before}, err
}
