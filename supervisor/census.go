package supervisor

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/samchon/payments-server/supervisor/handover"
)

// State is where a generation is in its life.
type State string

// The states in the order in which a lucky generation passes them.
const (
	Starting  State = "starting"  // its workers are getting ready
	Probation State = "probation" // it has the traffic, and the one before it stays warm
	Blessed   State = "blessed"   // it has the traffic for good
	Draining  State = "draining"  // warm, or finishing what cannot move
	Failed    State = "failed"    // undone, or never ready: its workers are leaving
)

// Census is what `payments status` shows: who is alive, and how the last handovers went.
type Census struct {
	PID         int          `json:"pid"`
	Since       time.Time    `json:"since"`
	API         string       `json:"api"`
	Ready       bool         `json:"ready"` // a generation serves
	Generations []Generation `json:"generations"`
	Receipts    []Receipt    `json:"receipts"` // newest last
}

// Generation is one row of the census.
type Generation struct {
	Number      int       `json:"generation"`
	Commit      string    `json:"commit"`
	State       State     `json:"state"`
	Workers     []Worker  `json:"workers"`
	Idle        int       `json:"idle"` // connections between two requests
	Busy        int       `json:"busy"` // connections in a request
	Born        time.Time `json:"born"`
	Deadline    time.Time `json:"deadline,omitzero"` // when a draining generation is cut
	Restarts    int       `json:"restarts"`
	ReadyMillis float64   `json:"ready_ms"`
}

// Worker is a process of a generation.
type Worker struct {
	Slot int `json:"worker"`
	PID  int `json:"pid"`
	Idle int `json:"idle"`
	Busy int `json:"busy"`
}

// Receipt tells what one handover cost.
type Receipt struct {
	Generation  int       `json:"generation"` // the new one
	Commit      string    `json:"commit"`
	At          time.Time `json:"at"`
	Outcome     State     `json:"outcome"` // Blessed or Failed
	Reason      string    `json:"reason,omitempty"`
	ReadyMillis float64   `json:"ready_ms"`
	DrainMillis float64   `json:"drain_ms"`  // until no idle connection was left in the old generation
	InFlight    int       `json:"in_flight"` // requests in progress at the switch
	Moved       int       `json:"moved"`     // connections that changed process
	Closed      int       `json:"closed"`    // connections that ended after a response that said so
	Forced      int       `json:"forced"`    // connections that were cut: must be 0
}

// Write prints the census as a table.
func (c Census) Write(w io.Writer) error {
	fmt.Fprintf(w, "supervisor %d, up %s, API %s\n\n", c.PID, age(c.Since), c.API)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "GENERATION\tCOMMIT\tSTATE\tWORKERS\tIDLE\tBUSY\tAGE\tCUT IN")
	for _, g := range c.Generations {
		fmt.Fprintf(t, "%d\t%s\t%s\t%d\t%d\t%d\t%s\t%s\n",
			g.Number, orDash(g.Commit), g.State, len(g.Workers), g.Idle, g.Busy, age(g.Born), left(g.Deadline))
	}
	if len(c.Receipts) > 0 {
		fmt.Fprintln(t, "\nHANDOVER TO\tCOMMIT\tOUTCOME\tREADY MS\tDRAIN MS\tIN FLIGHT\tMOVED\tCLOSED\tFORCED\tREASON")
	}
	for _, r := range c.Receipts {
		fmt.Fprintf(t, "%d\t%s\t%s\t%.0f\t%.0f\t%d\t%d\t%d\t%d\t%s\n", r.Generation, orDash(r.Commit), r.Outcome,
			r.ReadyMillis, r.DrainMillis, r.InFlight, r.Moved, r.Closed, r.Forced, r.Reason)
	}
	return t.Flush()
}

func age(t time.Time) time.Duration { return time.Since(t).Round(time.Second) }

func left(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return time.Until(t).Round(time.Second).String()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// census asks the loop who is alive.
func (s *supervisor) census() (c Census) {
	s.ask(func() {
		c = Census{PID: os.Getpid(), Since: s.started, API: s.sockets.apiAt, Ready: s.receiver() != nil}
		on := s.sockets.board.Count()
		for _, g := range s.generations {
			c.Generations = append(c.Generations, g.row(on))
		}
		for _, r := range s.receipts {
			c.Receipts = append(c.Receipts, *r)
		}
	})
	return c
}

func (g *generation) row(on map[int]map[handover.Standing]int) Generation {
	row := Generation{Number: g.number, Commit: g.commit, State: g.state, Born: g.born, Deadline: g.deadline,
		Restarts: g.restarts, ReadyMillis: g.receipt.ReadyMillis}
	for _, p := range g.workers {
		w := Worker{p.slot, p.pid, on[p.pid][handover.Idle] + on[p.pid][handover.Untouched], on[p.pid][handover.Busy]}
		row.Workers = append(row.Workers, w)
		row.Idle += w.Idle
		row.Busy += w.Busy
	}
	return row
}

// busy counts the requests in progress in a generation.
func (s *supervisor) busy(g *generation) int { return g.row(s.sockets.board.Count()).Busy }
