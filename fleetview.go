package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/release"
)

// fleetView shows a rollout as it goes: on a terminal in a table that changes, elsewhere in a line for each step of a
// machine.
type fleetView struct {
	out      io.Writer
	terminal bool
	size     func() (width, height int) // of the terminal
	rows     int                        // of the table on it
	said     map[string]string          // the last line of each machine, and under "" of the rollout
}

func newFleetView(out io.Writer) *fleetView {
	return &fleetView{out: out, terminal: newProgress(out).terminal, said: map[string]string{},
		size: func() (int, int) { return sizeOf(out) }}
}

// sizeOf falls back to what every terminal has.
func sizeOf(out io.Writer) (width, height int) {
	if file, ok := out.(*os.File); ok {
		size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
		if err == nil && size.Col > 0 && size.Row > 0 {
			return int(size.Col), int(size.Row)
		}
	}
	return 80, 24
}

func (v *fleetView) show(f updater.Fleet) {
	if v.terminal {
		v.redraw(f)
		return
	}
	v.say("", "rollout "+f.Rollout.Step)
	for _, m := range f.Machines {
		if m.Rollout == f.Rollout.ID {
			v.say(m.Name, fmt.Sprintf("%s %s %s", m.Name, m.State, release.Short(m.Target)))
		}
	}
}

func (v *fleetView) say(about, line string) {
	if v.said[about] != line {
		fmt.Fprintf(v.out, "%s %s\n", time.Now().Format(time.TimeOnly), line)
		v.said[about] = line
	}
}

// besideTheName is what the other columns of the table take.
const besideTheName = 60

// redraw writes the table over the one before. What does not fit is left out: a line that wraps, or scrolls away, could
// not be overwritten.
func (v *fleetView) redraw(f updater.Fleet) {
	width, height := v.size()
	var table bytes.Buffer
	t := columns(&table)
	fmt.Fprintf(t, "MACHINE\tSTATE\tTO\tRUNS\t%s\n", f.Rollout.Step)
	for _, m := range f.Machines {
		state := m.State
		if m.Rollout != f.Rollout.ID {
			state = "-"
		}
		name := clip(m.Name, width-besideTheName)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", name, state, release.Short(m.Target), release.Short(m.Commit))
	}
	_ = t.Flush() // into memory
	lines := strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n")
	if most := max(height-2, 1); len(lines) > most { // the cursor stands in the line below
		lines = append(lines[:most], fmt.Sprintf("and %d more", len(lines)-most))
	}
	if v.rows > 0 {
		fmt.Fprintf(v.out, "\x1b[%dA\x1b[J", v.rows) // up to the first row, and erase from there
	}
	v.rows = len(lines)
	for _, line := range lines {
		fmt.Fprintln(v.out, clip(strings.TrimRight(line, " "), width))
	}
}

// clip shortens a text so that it is seen to be shortened.
func clip(text string, width int) string {
	if runes := []rune(text); width > 1 && len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return text
}
