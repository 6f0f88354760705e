// Command fakes measures the fake PGs beside stripe-mock and a bare net/http
// handler: the same load generator, one after another, each in a process of its
// own on the same cores. Then it makes a million payments at each fake, and fails
// when its memory grew on the way. It compares servers for tests; none of them
// says anything about a real PG.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type settings struct {
	connections int
	lap         time.Duration
	laps        int
	stripeMock  string
}

func main() {
	if role := os.Getenv(roleVariable); role != "" {
		exitOn(play(role))
		return
	}
	var s settings
	flag.IntVar(&s.connections, "connections", 16, "keep-alive connections of the load generator")
	flag.DurationVar(&s.lap, "lap", 3*time.Second, "how long to measure a server at a time")
	flag.IntVar(&s.laps, "laps", 3, "how often; the best lap counts, for other work on the machine only ever slows one down")
	flag.StringVar(&s.stripeMock, "stripe-mock", "", "the stripe-mock program; it is left out without one")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	exitOn(run(ctx, s))
}

func run(ctx context.Context, s settings) error {
	if err := compare(ctx, s); err != nil {
		return err
	}
	return watchMemory(ctx)
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/fakes:", err)
		os.Exit(1)
	}
}
