package supervisor

import (
	"errors"
	"fmt"
	"time"

	"github.com/samchon/payments-server/supervisor/handover"
)

const (
	restartFirst  = 100 * time.Millisecond // pause before a crashed worker is started again …
	restartLast   = 10 * time.Second       // … doubling up to this …
	restartForget = time.Minute            // … and starting over once a worker has lived that long
	killGrace     = 3 * time.Second        // between Cut and kill -9
	receiptsKept  = 20
)

var errStopping = errors.New("the supervisor is stopping")

// begin starts a generation: the one that serves goes on until all the new workers are ready.
func (s *supervisor) begin(release Release, waiting []chan<- error) {
	g := &generation{number: s.sockets.board.NextGeneration(), release: release, state: Starting, born: time.Now(), waiting: waiting}
	g.receipt = Receipt{Generation: g.number, At: g.born}
	s.next = g
	s.generations = append(s.generations, g)
	s.log.Info("generation starts", "generation", g.number)
	s.notifyReloading()
	if err := s.prepare(g); err != nil {
		s.fail(g, err)
		return
	}
	for slot := range s.o.Workers {
		if err := s.spawn(g, slot+1); err != nil {
			s.fail(g, err)
			return
		}
	}
	s.after(s.o.ReadyTimeout, func() {
		if s.next == g {
			s.fail(g, fmt.Errorf("%s was not ready in %s", g, s.o.ReadyTimeout))
		}
	})
}

// fail gives up a generation that never had the traffic. The old one has noticed nothing.
func (s *supervisor) fail(g *generation, reason error) {
	s.next = nil
	g.state = Failed
	g.kill()
	s.bury(g)
	s.conclude(g, reason)
	if s.current == nil {
		s.quit(fmt.Errorf("first generation: %w", reason))
		return
	}
	s.proceed()
}

// switchTo gives the traffic to a generation that is ready. The old one stays warm.
func (s *supervisor) switchTo(g *generation) {
	s.next, s.warm, s.current = nil, s.current, g
	g.state, g.switched = Probation, time.Now()
	g.receipt.ReadyMillis = millis(g.switched.Sub(g.born))
	if s.warm != nil {
		s.warm.state = Draining
		g.receipt.InFlight = s.busy(s.warm)
		for _, p := range s.warm.workers {
			p.drained = false
		}
		s.warm.tell(handover.Drain)
	}
	s.log.Info("generation serves", "generation", g.number, "commit", g.commit, "ready_ms", g.receipt.ReadyMillis)
	s.routeWaiting()
	if !s.replacing() {
		s.takeCharge()
	}
	s.after(s.o.Probation, func() { s.examine(g) })
}

// examine ends a probation with a last question, which every worker has to answer well: one that hangs since a moment
// has not been noticed yet.
func (s *supervisor) examine(g *generation) {
	g.examined = true
	for _, p := range g.workers {
		s.probe(p)
	}
	s.bless(g)
}

// bless ends a probation well, once it is over and every worker has answered: the generation before may go.
func (s *supervisor) bless(g *generation) {
	if s.current != g || g.state != Probation || s.stopping {
		return
	}
	if s.onTrial(g) && !g.vouched(s.o.Workers) {
		return // until the next answer
	}
	if !g.ready(s.o.Workers) { // a first generation whose worker is being restarted
		s.after(probeEvery, func() { s.bless(g) })
		return
	}
	g.state = Blessed
	s.takeCharge()
	if err := s.o.Blessed(g.argv); err != nil {
		s.log.Error("cannot record the last good release", "generation", g.number, "err", err)
	}
	if s.warm != nil {
		s.warm.handedTo = &g.receipt
		s.retire(s.warm)
		s.warm = nil
	}
	s.conclude(g, nil)
	s.proceed()
}

// takeBack ends a probation badly: the warm generation has the traffic again.
func (s *supervisor) takeBack() (failed *generation) {
	failed = s.current
	s.current, s.warm = s.warm, nil
	failed.state, s.current.state = Failed, Blessed
	s.current.tell(handover.Resume)
	s.routeWaiting()
	failed.tell(handover.Drain)
	failed.handedTo = &failed.receipt
	s.retire(failed)
	return failed
}

// undone does what can wait until clients are served again.
func (s *supervisor) undone(failed *generation, reason error) {
	s.refill()
	s.conclude(failed, reason)
	s.proceed()
}

// retire lets a generation leave when it is empty, or cuts it when its budget is used up.
func (s *supervisor) retire(g *generation) {
	g.tell(handover.Retire)
	g.deadline = time.Now().Add(s.o.DrainBudget)
	s.bury(g)
	s.after(s.o.DrainBudget, func() { s.cut(g) })
}

func (s *supervisor) cut(g *generation) {
	g.tell(handover.Cut)
	s.after(killGrace, g.kill)
}

// conclude writes the receipt and tells who asked.
func (s *supervisor) conclude(g *generation, reason error) {
	g.receipt.Commit, g.receipt.Outcome = g.commit, Blessed
	if reason != nil {
		g.receipt.Outcome, g.receipt.Reason = Failed, reason.Error()
		s.log.Error("generation is undone", "generation", g.number, "commit", g.commit, "reason", reason)
	} else {
		s.log.Info("generation is blessed", "generation", g.number, "commit", g.commit)
	}
	s.handovers(g.receipt.Outcome).Inc()
	s.receipts = append(s.receipts, &g.receipt)
	s.receipts = s.receipts[max(0, len(s.receipts)-receiptsKept):]
	g.answer(reason)
	s.notifyReady()
}

// reload starts a generation, or remembers to when one is under way; several requests that wait become one.
func (s *supervisor) reload(waiting ...chan<- error) {
	switch {
	case s.stopping || s.leaving:
		(&generation{waiting: waiting}).answer(errStopping)
	case s.inProgress():
		s.log.Info("reload waits for the handover in progress")
		s.pending, s.again = append(s.pending, waiting...), true
	default:
		s.begin(Current, waiting)
	}
}

func (s *supervisor) inProgress() bool {
	return s.next != nil || s.current == nil || s.current.state == Probation || s.upgrading
}

// proceed does what had to wait for the end of a handover.
func (s *supervisor) proceed() {
	if !s.again || s.stopping || s.inProgress() {
		return
	}
	waiting := s.pending
	s.pending, s.again = nil, false
	s.begin(Current, waiting)
}

// refill starts workers of the current generation again that have died.
func (s *supervisor) refill() {
	for g := s.current; len(g.workers)+g.restarting < s.o.Workers; {
		g.restarting++
		pause := g.pause
		g.pause = min(max(2*pause, restartFirst), restartLast)
		s.after(pause, func() { s.restart(g) })
	}
}

// restart starts what is known to be good.
func (s *supervisor) restart(g *generation) {
	g.restarting--
	if s.stopping || s.current != g {
		return
	}
	g.restarts++
	g.release = LastGood
	err := s.prepare(g)
	if err == nil {
		err = s.spawn(g, g.freeSlot())
	}
	if err != nil {
		s.log.Error("cannot restart a worker", "generation", g.number, "err", err)
		s.refill()
	}
}

// bury forgets a generation once its last worker is dead.
func (s *supervisor) bury(g *generation) {
	if len(g.workers) > 0 || g.state != Draining && g.state != Failed {
		return
	}
	for i := range s.generations {
		if s.generations[i] == g {
			s.generations = append(s.generations[:i:i], s.generations[i+1:]...)
			s.notifyCensus()
			return
		}
	}
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
