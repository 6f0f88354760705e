// Command bench measures payments-server beside something real, in one run on one
// machine: reads beside pgbench with the same query, a cold password beside argon2id
// alone, webhooks beside a bare loop of signed POSTs. It prints a table, writes it
// with its spread to a file, and says what machine it was. It measures what one
// machine can do with client, server and database on the same cores; it says nothing
// about networks.
//
//	make bench                      # everything, some minutes
//	go run ./bench -only read       # what has "read" in its name
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type settings struct {
	payments string        // the program under test
	only     string        // part of the names of what to measure
	rounds   int           // laps of each contender; medians count
	lap      time.Duration // how long each takes
	out      string        // where the results go, nowhere when empty
}

func main() {
	if os.Getenv(roleVariable) == serviceRole {
		fmt.Fprintln(os.Stderr, "bench:", serveService())
		os.Exit(1)
	}
	var s settings
	flag.StringVar(&s.payments, "payments", "bin/payments", "the payments program to measure; `make build` makes it")
	flag.StringVar(&s.only, "only", "", "measure only what has this in its name")
	flag.IntVar(&s.rounds, "rounds", 5, "how often each pair takes turns; the median counts")
	flag.DurationVar(&s.lap, "lap", 2*time.Second, "how long a turn takes")
	flag.StringVar(&s.out, "out", "", "file to write the results to, in Markdown")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// subjects are what is measured, in the order of the report.
func subjects() []subject {
	return []subject{
		{"wire encryption", wireEncryption},
		{"request stack", requestStack},
		{"read", reads},
		{"cold password", coldPasswords},
		{"store", stores},
		{"webhooks out", webhooks},
		{"worker", workers},
		{"growth", growth},
	}
}

// subject adds what it finds to the report.
type subject struct {
	name    string
	measure func(ctx context.Context, s settings, r *report) error
}

func run(ctx context.Context, s settings) error {
	began, r := time.Now(), &report{}
	for _, subject := range subjects() {
		if !strings.Contains(subject.name, s.only) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%6.0fs  %s ...\n", time.Since(began).Seconds(), subject.name)
		if err := subject.measure(ctx, s, r); err != nil {
			return fmt.Errorf("%s: %w", subject.name, err)
		}
	}
	r.took = time.Since(began)
	if err := r.print(os.Stdout); err != nil {
		return err
	}
	if s.out == "" {
		return nil
	}
	f, err := os.Create(s.out)
	if err != nil {
		return err
	}
	return errors.Join(r.markdown(f, s), f.Close())
}
