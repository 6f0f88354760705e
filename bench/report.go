package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/mem"
)

// report is all that was found.
type report struct {
	matches []result
	facts   []fact
	took    time.Duration
}

// fact is a figure without a peer, beside its goal, if it has one.
type fact struct {
	what, found, goal string
	met               bool
}

func (r *report) add(f fact) { r.facts = append(r.facts, f) }

// print writes tables for a terminal.
func (r *report) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	if len(r.matches) > 0 {
		fmt.Fprintln(t, strings.ToUpper(strings.Join(matchColumns, "\t")))
	}
	for _, m := range r.matches {
		fmt.Fprintln(t, strings.Join(m.row(), "\t"))
	}
	if len(r.facts) > 0 {
		fmt.Fprintln(t, "\n"+strings.ToUpper(strings.Join(factColumns, "\t")))
	}
	for _, f := range r.facts {
		fmt.Fprintln(t, strings.Join(f.row(), "\t"))
	}
	return t.Flush()
}

var (
	matchColumns = []string{"What", "Ours /s", "Peer /s", "Ratio", "From", "To", "Goal", "", "P50 ms", "P99 ms", "Peer P50", "Peer P99", "Load CPU/call", "Peer"}
	factColumns  = []string{"What", "Found", "Goal", ""}
)

func (r result) row() []string {
	ratio := r.ratio()
	return []string{
		r.what,
		fmt.Sprintf("%.0f", rates(r.mine).median), fmt.Sprintf("%.0f", rates(r.theirs).median),
		fmt.Sprintf("%.3f", ratio.median), fmt.Sprintf("%.2f", ratio.least), fmt.Sprintf("%.2f", ratio.most),
		r.least(), r.verdict(),
		millis(percentiles(r.mine, 50)), millis(percentiles(r.mine, 99)),
		millis(percentiles(r.theirs, 50)), millis(percentiles(r.theirs, 99)),
		r.mine[0].OwnPerCall().Round(time.Microsecond).String(),
		r.peer.name,
	}
}

func (r result) least() string {
	if r.goal == 0 {
		return "-"
	}
	return fmt.Sprintf("≥ %.2f", r.goal)
}

func (r result) verdict() string {
	if r.goal == 0 {
		return "-"
	}
	return verdict(r.ratio().median >= r.goal)
}

func (f fact) row() []string {
	if f.goal == "" {
		return []string{f.what, f.found, "-", "-"}
	}
	return []string{f.what, f.found, f.goal, verdict(f.met)}
}

func millis(s spread) string {
	if s.median == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", s.median)
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

// markdown writes the report as a page.
func (r *report) markdown(w io.Writer, s settings) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# What payments-server does, beside something real\n\nWritten by `make bench`, %s, in %s. %s\n\n",
		time.Now().UTC().Format(time.DateOnly), r.took.Round(time.Second), machine())
	fmt.Fprintf(&b, "Load generator, server, database and fakes share the machine. Each pair takes turns, %d of %s each (hashes: twice as long) after a warm-up;\n"+
		"the median counts, and *from* and *to* are the extremes of the ratio in one round. P50 and P99 are of our side in a closed\n"+
		"loop, in milliseconds. *Load CPU/call* is what the load generator itself spent on a call.\n\n", s.rounds, s.lap)
	table(&b, matchColumns, r.matches, result.row)
	b.WriteString("\n")
	table(&b, factColumns, r.facts, fact.row)
	for _, m := range r.matches {
		if m.note != "" {
			fmt.Fprintf(&b, "\n*%s*: %s\n", m.what, m.note)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func table[T any](b *strings.Builder, columns []string, rows []T, cells func(T) []string) {
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat(" --- |", len(columns)))
	for _, row := range rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells(row), " | "))
	}
}

// machine says where it was measured. What cannot be found out is left out.
func machine() string {
	var parts []string
	if infos, err := cpu.Info(); err == nil && len(infos) > 0 {
		parts = append(parts, fmt.Sprintf("%d × %s", runtime.NumCPU(), infos[0].ModelName))
	}
	if memory, err := mem.VirtualMemory(); err == nil {
		parts = append(parts, fmt.Sprintf("%d GiB", memory.Total>>30))
	}
	if system, err := host.Info(); err == nil {
		parts = append(parts, fmt.Sprintf("%s %s, Linux %s", system.Platform, system.PlatformVersion, system.KernelVersion))
	}
	parts = append(parts, runtime.Version(), postgresVersion())
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		parts = append(parts, "load average at the end "+strings.Fields(string(load))[0])
	}
	return strings.Join(parts, "; ") + "."
}
