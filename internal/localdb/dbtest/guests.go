package dbtest

import (
	"slices"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v3/process"
)

// guests are the test processes that a host serves.
type guests struct {
	handlers sync.WaitGroup // of connections

	mu         sync.Mutex
	open       int
	goCommands []int32
	patience   time.Time // until then an empty house waits for its first guest
	closed     bool
}

func newGuests(now time.Time) *guests {
	return &guests{patience: now.Add(joinTimeout)}
}

// enter counts a guest in, and the go command behind it unless that is 0. It
// reports false when the house is closed.
func (g *guests) enter(goCommand int32) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.open++
	g.patience = time.Time{}
	if goCommand != 0 && !slices.Contains(g.goCommands, goCommand) {
		g.goCommands = append(g.goCommands, goCommand)
	}
	return true
}

func (g *guests) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
}

// leaveEmpty closes the house and reports true when no guest is left and none is
// to be expected. A go command that still runs may be about to start the tests of
// its next package.
func (g *guests) leaveEmpty(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.goCommands = slices.DeleteFunc(g.goCommands, gone)
	g.closed = g.open == 0 && len(g.goCommands) == 0 && now.After(g.patience)
	return g.closed
}

// gone reports whether a process has ended. A zombie has.
func gone(pid int32) bool {
	p, err := process.NewProcess(pid)
	if err != nil {
		return true
	}
	status, err := p.Status()
	return err != nil || slices.Contains(status, process.Zombie)
}
