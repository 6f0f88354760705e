package supervisor

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/samchon/payments-server/supervisor/handover"
)

// hear handles one message of a worker.
func (s *supervisor) hear(p *process, m handover.Message) {
	switch m.Kind {
	case handover.Ready:
		p.spoke, p.generation.commit = true, m.Text
		s.hurry(p)
		s.probe(p)
	case handover.Move:
		s.takeIn(&p.peer, m)
	case handover.Adopted:
		s.adopted(&p.peer, m.Entries)
	case handover.Refused:
		s.refused(&p.peer, m.Entries)
	case handover.Guard:
		s.guard(p, m)
	case handover.Drained:
		s.drained(p)
	case handover.Left:
		s.farewell(p, m.Text)
	}
}

// becameReady is told when a worker has answered its first question for health.
func (s *supervisor) becameReady(p *process) {
	p.ready = true
	g := p.generation
	switch {
	case s.next == g && g.ready(s.o.Workers):
		s.switchTo(g)
	case s.current == g:
		s.routeWaiting()
	}
}

// drained completes the receipt of the handover that emptied a worker's generation.
func (s *supervisor) drained(p *process) {
	p.drained = true
	if p.generation == s.warm && s.warm.drained() && s.current.receipt.DrainMillis == 0 {
		s.current.receipt.DrainMillis = millis(time.Since(s.current.switched))
		s.log.Info("generation is drained", "generation", s.warm.number, "drain_ms", s.current.receipt.DrainMillis)
	}
}

// farewell adds a leaving worker's figures to the receipt of the generation after it.
func (s *supervisor) farewell(p *process, text string) {
	p.left = true
	var f handover.Farewell
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		s.log.Error("cannot read a farewell", "generation", p.generation.number, "err", err)
		return
	}
	for how, n := range map[string]int{"moved": f.Moved, "closed": f.Closed, "forced": f.Forced} {
		s.parted(how).Add(uint64(n))
	}
	if r := p.generation.handedTo; r != nil {
		r.Moved, r.Closed, r.Forced = r.Moved+f.Moved, r.Closed+f.Closed, r.Forced+f.Forced
	}
}

// died is told last of all about a process. Its clients come first: logs, which may have to wait for a disk, are written
// when somebody serves them again.
func (s *supervisor) died(p *process, err error) {
	p.gone = true
	g := p.generation
	g.remove(p)
	reason := fmt.Errorf("%s worker %d: %w", g, p.slot, err)
	switch {
	case s.stopping:
	case s.current == g && s.replacing():
		s.quit(reason) // the supervisor before us stays
	case s.next == g:
		defer s.fail(g, reason)
	case s.onTrial(g):
		defer s.undone(s.takeBack(), reason)
	case s.current == g:
		s.crashed(p)
	}
	s.rescue(&p.peer)
	s.sockets.board.Sweep(p.pid)
	s.noteDeath(p, err)
	s.bury(g)
	s.checkEmpty()
}

func (s *supervisor) noteDeath(p *process, err error) {
	if !p.left {
		s.log.Error("worker died", "generation", p.generation.number, "worker", p.slot, "pid", p.pid, "err", err)
		s.deaths().Inc()
	}
}

func (s *supervisor) crashed(p *process) {
	if time.Since(p.born) > restartForget {
		p.generation.pause = 0
	}
	s.refill()
}
