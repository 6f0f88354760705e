package main

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/release"
)

// fleetView shows a rollout as it goes: on a terminal in a table that changes, elsewhere in a line for each step of a
// machine.
type fleetView struct {
	out      io.Writer
	terminal bool
	rows     int               // of the table on the terminal
	said     map[string]string // the last line of each machine, and under "" of the rollout
}

func newFleetView(out io.Writer) *fleetView {
	return &fleetView{out: out, terminal: newProgress(out).terminal, said: map[string]string{}}
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

// redraw writes the table over the one before.
func (v *fleetView) redraw(f updater.Fleet) {
	var table bytes.Buffer
	t := columns(&table)
	fmt.Fprintf(t, "MACHINE\tSTATE\tTO\tRUNS\t%s\n", f.Rollout.Step)
	for _, m := range f.Machines {
		state := m.State
		if m.Rollout != f.Rollout.ID {
			state = "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", m.Name, state, release.Short(m.Target), release.Short(m.Commit))
	}
	_ = t.Flush() // into memory
	if v.rows > 0 {
		fmt.Fprintf(v.out, "\x1b[%dA\x1b[J", v.rows) // up to the first row, and erase from there
	}
	v.rows = bytes.Count(table.Bytes(), []byte("\n"))
	_, _ = table.WriteTo(v.out)
}
