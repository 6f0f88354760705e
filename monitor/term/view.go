package term

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samchon/payments-server/monitor/live"
)

const (
	kept      = 120 // samples behind a line
	handovers = 4   // receipts shown
)

// view is what is on the screen.
type view struct {
	last    *live.Sample
	failure error
	history map[string][]float64
}

func newView() *view { return &view{history: map[string][]float64{}} }

// take adds an update.
func (v *view) take(u Update) {
	v.failure = u.Err
	if u.Err != nil {
		return
	}
	v.last = &u.Sample
	history := map[string][]float64{} // what is not in this sample is forgotten
	keep := func(name string, value *float64) {
		line := append(v.history[name], valueOf(value))
		history[name] = line[max(0, len(line)-kept):]
	}
	if t := u.Sample.Traffic; t != nil {
		keep("requests", &t.Requests)
		keep("p99", t.P99)
	}
	for _, w := range u.Sample.Workers {
		keep(fmt.Sprint("cpu ", w.PID), w.CPU)
		keep(fmt.Sprint("memory ", w.PID), &w.Memory)
	}
	v.history = history
}

func valueOf(p *float64) float64 {
	if p == nil {
		return 0
	}
	return *p
}

// lines are what fits.
func (v *view) lines(width, height int) []string {
	var lines []string
	switch {
	case v.failure != nil:
		lines = append(lines, "payments-server  NO CONNECTION: "+v.failure.Error())
	case v.last == nil:
		lines = append(lines, "payments-server  connecting")
	}
	if v.last != nil {
		lines = append(lines, v.sample(*v.last, height-len(lines)-1)...)
	}
	for i := range lines {
		lines[i] = fit(lines[i], width)
	}
	if len(lines) >= height {
		lines = append(lines[:max(0, height-2)], fit("…", width))
	}
	return append(lines, fit("Ctrl-C leaves", width))
}

// sample leaves out workers where there is not room for everything.
func (v *view) sample(s live.Sample, room int) []string {
	serves := "serving"
	if !s.Ready {
		serves = "NOT SERVING"
	}
	lines := []string{
		fmt.Sprintf("payments-server  %s  API %s  up %s  %s", serves, s.API, span(s.At.Sub(s.Since)),
			s.At.Local().Format(time.TimeOnly)),
		fmt.Sprintf("commit %s  %s", s.Commit.Hash, s.Commit.Subject),
		"",
	}
	lines = append(lines, v.traffic(s.Traffic)...)
	lines = append(lines, backlog(s.Backlog), "")
	rest := []string{""}
	if len(s.Gateways) > 0 {
		rest = append(append(rest, gateways(s.Gateways)...), "")
	}
	rest = append(rest, receipts(s)...)
	lines = append(lines, v.workers(s.Workers, room-len(lines)-len(rest))...)
	return append(lines, rest...)
}

func (v *view) traffic(t *live.Traffic) []string {
	if t == nil {
		return []string{"requests  …", "latency   …"}
	}
	return []string{
		fmt.Sprintf("requests  %8s/s %s  refused %s/s  errors %s/s", number(t.Requests), spark(v.history["requests"], 20, 0),
			number(t.Refused), number(t.Errors)),
		fmt.Sprintf("latency   p99 %6s %s  median %s  in progress %d", millis(t.P99), spark(v.history["p99"], 20, 0),
			millis(t.Median), t.Busy),
	}
}

func backlog(b *live.Backlog) string {
	if b == nil {
		return "backlog   THE DATABASE DOES NOT ANSWER"
	}
	line := fmt.Sprintf("backlog   webhooks %.0f", b.Pending)
	if b.Pending > 0 {
		line += fmt.Sprintf(" (oldest %s)", spanOf(b.PendingAge))
	}
	line += fmt.Sprintf("  dead %.0f  unresolved at a gateway %.0f", b.Dead, b.Intents)
	if b.Intents > 0 {
		line += fmt.Sprintf(" (oldest %s)", spanOf(b.IntentAge))
	}
	return line
}

func (v *view) workers(workers []live.Worker, room int) []string {
	return table(func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "WORKER\tSTATE\tPID\tCPU\t\tMEMORY\t\tIDLE\tBUSY")
		fits := max(2, room-1)
		for i, w := range workers {
			if i == fits-1 && len(workers) > fits {
				fmt.Fprintf(t, "and %d more\n", len(workers)-i)
				break
			}
			state := string(w.State)
			if !w.Up {
				state = "NO ANSWER"
			}
			fmt.Fprintf(t, "%d/%d\t%s\t%d\t%s\t%s\t%s\t%s\t%d\t%d\n", w.Generation, w.Slot, state, w.PID,
				percent(w.CPU), spark(v.history[fmt.Sprint("cpu ", w.PID)], 12, 1), mebibytes(w.Memory),
				spark(v.history[fmt.Sprint("memory ", w.PID)], 8, 0), w.Idle, w.Busy)
		}
	})
}

func gateways(all []live.Gateway) []string {
	return table(func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "GATEWAY\tCALLS/S\tDECLINED/S\tUNCLEAR/S\tP99")
		for _, g := range all {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", g.Vendor, number(g.Calls), number(g.Declined), number(g.Unknown),
				millis(g.P99))
		}
	})
}

func receipts(s live.Sample) []string {
	return table(func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "HANDOVER TO\tCOMMIT\tOUTCOME\tAGO\tREADY\tDRAIN\tMOVED\tFORCED")
		for i := range min(handovers, len(s.Receipts)) {
			r := s.Receipts[len(s.Receipts)-1-i]
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%.0f ms\t%.0f ms\t%d\t%d\n", r.Generation, r.Commit, r.Outcome, span(s.At.Sub(r.At)),
				r.ReadyMillis, r.DrainMillis, r.Moved, r.Forced)
		}
	})
}

func table(fill func(*tabwriter.Writer)) []string {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fill(t)
	_ = t.Flush() // into memory
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}
