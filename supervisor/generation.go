package supervisor

import (
	"fmt"
	"time"

	"github.com/samchon/payments-server/supervisor/handover"
)

// generation is the workers that were started together from one release.
type generation struct {
	number   int
	release  Release
	argv     []string
	env      []string
	commit   string
	state    State
	workers  []*process
	born     time.Time
	switched time.Time
	examined bool // its probation is over, if its workers are well
	deadline time.Time
	receipt  Receipt
	handedTo *Receipt       // of the generation that got its connections
	waiting  []chan<- error // who asked for it

	restarts   int
	restarting int           // workers that will be started again
	pause      time.Duration // before the next restart
}

func (g *generation) tell(k handover.Kind) {
	for _, p := range g.workers {
		p.link.Tell(k, "")
	}
}

// ready reports whether every worker is.
func (g *generation) ready(workers int) bool {
	return g.count(func(p *process) bool { return p.ready }) >= workers
}

// vouched reports whether every worker was well at the end of the probation.
func (g *generation) vouched(workers int) bool {
	return g.count(func(p *process) bool { return p.vouched }) >= workers
}

func (g *generation) count(is func(*process) bool) (n int) {
	for _, p := range g.workers {
		if is(p) {
			n++
		}
	}
	return n
}

func (g *generation) drained() bool {
	for _, p := range g.workers {
		if !p.drained {
			return false
		}
	}
	return true
}

func (g *generation) kill() {
	for _, p := range g.workers {
		p.kill()
	}
}

// killSilent ends those that have not come so far as to serve, and so have nothing to finish.
func (g *generation) killSilent() {
	for _, p := range g.workers {
		if !p.spoke {
			p.kill()
		}
	}
}

func (g *generation) remove(dead *process) {
	for i, p := range g.workers {
		if p == dead {
			g.workers = append(g.workers[:i:i], g.workers[i+1:]...)
			return
		}
	}
}

// freeSlot is the smallest number that no worker has.
func (g *generation) freeSlot() int {
	taken := map[int]bool{}
	for _, p := range g.workers {
		taken[p.slot] = true
	}
	slot := 1
	for taken[slot] {
		slot++
	}
	return slot
}

func (g *generation) answer(err error) {
	for _, w := range g.waiting {
		w <- err // buffered by whoever asked
	}
	g.waiting = nil
}

func (g *generation) String() string { return fmt.Sprintf("generation %d", g.number) }

// prepare asks for the command and the environment of a generation.
func (s *supervisor) prepare(g *generation) (err error) {
	if g.argv, err = s.o.Command(g.release); err != nil {
		return fmt.Errorf("find the command of %s: %w", g, err)
	}
	if g.env, err = s.o.Env(); err != nil {
		return fmt.Errorf("read the environment of %s: %w", g, err)
	}
	return nil
}
