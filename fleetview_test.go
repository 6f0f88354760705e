package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/samchon/payments-server/updater"
)

// fleetAt is a fleet of which one machine takes part in a rollout.
func fleetAt(state updater.State) updater.Fleet {
	return updater.Fleet{
		Rollout: &updater.Rollout{ID: "r", Step: "wave 1"},
		Machines: []updater.Machine{
			{Name: "a", Commit: "9ab04c21f6d81111", Rollout: "r", State: state, Target: "3f2c1d0a77e41111"},
			{Name: "b", Commit: "9ab04c21f6d81111", Rollout: "an older one", State: updater.Done},
		},
	}
}

func TestFleetView(t *testing.T) {
	t.Parallel()

	t.Run("SaysEachStepOnceInALog", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		view := newFleetView(&out)
		for _, state := range []updater.State{updater.Building, updater.Building, updater.Handover} {
			view.show(fleetAt(state))
		}
		got := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d `).ReplaceAllString(out.String(), "")
		if want := "rollout wave 1\na build 3f2c1d0a77e4\na handover 3f2c1d0a77e4\n"; got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})

	t.Run("RedrawsItsTableOnATerminal", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		view := newFleetView(&out)
		view.terminal = true
		view.show(fleetAt(updater.Building))
		first := out.String()
		view.show(fleetAt(updater.Probation))
		second, above := strings.CutPrefix(out.String()[len(first):], "\x1b[3A\x1b[J")
		if !above || !regexp.MustCompile(`(?m)^a +probation +3f2c1d0a77e4 +9ab04c21f6d8 *$`).MatchString(second) {
			t.Errorf("the second table does not replace the first:\n%q\n%q", first, second)
		}
		if !regexp.MustCompile(`(?m)^b +- `).MatchString(first) {
			t.Errorf("a machine that takes no part has a state:\n%s", first)
		}
	})
	t.Run("FitsATerminalOf80By24", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		view := newFleetView(&out)
		view.terminal = true
		fleet := fleetAt(updater.Probation)
		fleet.Machines = slices.Repeat(fleet.Machines, 20)
		for i := range fleet.Machines {
			fleet.Machines[i].Name = fmt.Sprintf("ip-10-0-0-%d.ap-northeast-2.compute.internal", i)
		}
		view.show(fleet)
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if last := lines[len(lines)-1]; len(lines) != 23 || last != "and 19 more" {
			t.Errorf("it has %d lines, the last one is %q", len(lines), last)
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 80 {
				t.Errorf("too long: %q", line)
			}
		}
		if !regexp.MustCompile(`^ip-10-0-0-0.ap-nort… +probation +3f2c1d0a77e4 +9ab04c21f6d8$`).MatchString(lines[1]) {
			t.Errorf("a machine's line is %q", lines[1])
		}
	})
}
