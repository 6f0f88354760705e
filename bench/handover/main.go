// Command handover shows what a handover costs clients that may not retry: the same load on this project's supervisor,
// on tableflip's own example, on that example with SetKeepAlivesEnabled(false), and on nginx -s reload where nginx is
// installed. It compares drains, not servers: every contender answers the same POST with a few bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samchon/payments-server/bench/handover/load"
)

type settings struct {
	handovers, keepAlive, fresh, undos int
	think, quiet, gap                  time.Duration
	only                               string
	failures                           bool
}

// onlyUndo leaves the comparison out.
const onlyUndo = "undo"

func main() {
	if role := os.Getenv(roleVariable); role != "" {
		exitOn(play(role))
		return
	}
	var s settings
	flag.IntVar(&s.handovers, "handovers", 100, "handovers per contender")
	flag.IntVar(&s.keepAlive, "connections", 128, "keep-alive connections")
	flag.IntVar(&s.fresh, "fresh", 2, "clients that dial for every request")
	flag.IntVar(&s.undos, "undos", 50, "generations to kill on probation")
	flag.DurationVar(&s.think, "think", 20*time.Millisecond, "longest pause of a client between two requests")
	flag.DurationVar(&s.quiet, "quiet", 3*time.Second, "how long to measure without handovers first")
	flag.DurationVar(&s.gap, "gap", 20*time.Millisecond, "pause between two handovers")
	flag.StringVar(&s.only, "only", "", "part of the name of the contenders to run, or \""+onlyUndo+"\"")
	flag.BoolVar(&s.failures, "failures", false, "print the first failed requests of each contender")
	flag.Parse()
	if s.only != onlyUndo {
		exitOn(compare(s))
	}
	if s.only == "" || s.only == onlyUndo {
		exitOn(undo(s))
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "handover:", err)
		os.Exit(1)
	}
}

func compare(s settings) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "DRAIN\tHANDOVERS\tREQUESTS\tFAILED\tPER HANDOVER\tRE-DIALS\tP99 QUIET\tP99 DURING\tRATIO")
	for _, c := range contenders() {
		if !strings.Contains(c.name, s.only) {
			continue
		}
		if err := measure(t, c, s); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	if _, err := exec.LookPath("nginx"); err != nil && s.only == "" {
		fmt.Fprintln(t, "nginx -s reload\tnot installed")
	}
	return t.Flush()
}

// measure runs one contender and prints its row.
func measure(t *tabwriter.Writer, c contender, s settings) error {
	dir, err := os.MkdirTemp("", "handover")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r, err := c.start(dir)
	if err != nil {
		return err
	}
	defer r.stop()

	l := load.New(r.addr, s.think)
	defer l.End()
	l.KeepAlive(s.keepAlive)
	l.Fresh(s.fresh)
	time.Sleep(s.quiet)
	before := l.Percentile(0.99)
	l.Forget()
	for range s.handovers {
		if err := r.handOver(); err != nil {
			return err
		}
		time.Sleep(s.gap)
	}
	during := l.Percentile(0.99)
	l.End()
	ok, failed, dials := l.Count()
	if s.failures {
		fmt.Fprintln(os.Stderr, c.name, l.Failures())
	}
	fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%.2f\t%d\t%s\t%s\t%.1f\n", c.name, s.handovers, ok+failed, failed,
		float64(failed)/float64(s.handovers), dials-s.keepAlive, before.Round(10*time.Microsecond),
		during.Round(10*time.Microsecond), float64(during)/float64(before))
	return nil
}
