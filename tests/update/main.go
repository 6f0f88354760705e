// Command update shows on one machine what an update does to a fleet: a master and three machines, each with a home, ports
// and a supervisor of its own, under clients that never retry. It pushes good and bad commits of this repository (its last
// commit, not what is uncommitted) to a bare remote, kills in between, and fails when a machine ends where it should not,
// or a request is lost that need not be. It does not test networks.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "update:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("/tmp", "pu-") // short enough for sockets
	if err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as a user of its own and has to get through
		return err
	}
	f := &fleet{dir: dir}
	defer func() {
		err = errors.Join(err, f.close())
		if err == nil {
			err = os.RemoveAll(dir)
		} else {
			fmt.Fprintln(os.Stderr, "update: homes and logs are left in", dir)
		}
	}()
	if err := f.open(ctx); err != nil {
		return err
	}
	return f.play(ctx)
}

// play runs all scenarios, also after one has failed, and prints the table.
func (f *fleet) play(ctx context.Context) error {
	began := time.Now()
	t := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "\nPUSHED\tEXIT\tMACHINES RUN\tREQUESTS\tLOST\tSECONDS\tSAID\t")
	var failures []error
	for _, s := range scenarios {
		r, err := f.try(ctx, s)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		verdict := "ok"
		if err != nil {
			verdict = "FAILED"
			failures = append(failures, fmt.Errorf("%s: %w", s.name, err))
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%d\t%d\t%.0f\t%s\t%s\n", s.name, r.exit, r.runs, r.answered, r.lost, r.took.Seconds(), r.said, verdict)
	}
	fmt.Fprintf(t, "\nin all\t\t\t\t\t%.0f\n", time.Since(began).Seconds())
	return errors.Join(append(failures, t.Flush())...)
}
