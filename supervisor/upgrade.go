package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/samchon/payments-server/supervisor/handover"
)

// upgradeSlack is what a new supervisor may need beyond the start and the probation of its first generation, and beyond
// its stop if that comes to nothing: what its workers have accepted is answered first.
const upgradeSlack = 10 * time.Second

// deathNotice is how long the news of a death may take that has broken a pipe already.
const deathNotice = time.Second

// Limits of the wait for the supervisor before us, when we are to be replaced ourselves.
const (
	predecessorGrace = 2 * time.Second
	predecessorPoll  = 5 * time.Millisecond
)

// Of tableflip's errors, which have no names there.
const (
	parentLives = "parent hasn't exited"
	childLeft   = "child pid="
)

var (
	errInProgress  = errors.New("a handover is in progress")
	errPredecessor = errors.New("the supervisor before this one still finishes its requests: try again when it has left")
	errProcessOne  = errors.New("this supervisor is process 1, and its container would end with it: replace the container")
)

// upgrade starts the next supervisor. It inherits the sockets, the board and the ledger, and one end of a bridge; it
// starts a generation of its own, and only when that is blessed does tableflip call it ready. Until then nothing has
// changed here. Afterwards our workers drain into its workers over the bridge, as they would into ours. Who of the two
// is told to stop tells the other one.
func (s *supervisor) upgrade(waiting chan<- error) {
	if err := s.admitUpgrade(); err != nil {
		s.log.Warn("upgrade refused", "err", err)
		waiting <- err
		return
	}
	if err := s.openBridge(); err != nil {
		waiting <- fmt.Errorf("upgrade: %w", err)
		return
	}
	s.upgrading = true
	s.log.Info("upgrade starts")
	s.running.Go(func() {
		err := s.flip()
		s.post(func() { s.upgraded(err, waiting) })
	})
}

// openBridge leaves one end to the next supervisor. What we say before it listens waits there.
func (s *supervisor) openBridge() error {
	ours, theirs, err := handover.Pair()
	if err != nil {
		return err
	}
	err = s.sockets.flip.AddFile(bridgeFile, theirs)
	theirs.Close()
	if err != nil {
		ours.Close()
		return err
	}
	s.bridge, err = handover.NewLink(ours)
	return err
}

// flip starts the next supervisor when the one before us has left. Tableflip notices that a moment later than others, and
// then refuses.
func (s *supervisor) flip() error {
	ctx, cancel := context.WithTimeout(context.Background(), predecessorGrace)
	defer cancel()
	if errors.Is(s.sockets.flip.WaitForParent(ctx), context.DeadlineExceeded) {
		return errPredecessor
	}
	for {
		err := s.sockets.flip.Upgrade()
		if err != nil && err.Error() == parentLives && ctx.Err() == nil {
			time.Sleep(predecessorPoll)
			continue
		}
		if err != nil && strings.HasPrefix(err.Error(), childLeft) { // it does not write through us
			return fmt.Errorf("%w: its lines in the log say why", err)
		}
		return err
	}
}

func (s *supervisor) admitUpgrade() error {
	switch {
	case os.Getpid() == 1:
		return errProcessOne
	case s.stopping || s.inProgress():
		return errInProgress
	}
	return nil
}

func (s *supervisor) upgraded(err error, waiting chan<- error) {
	s.upgrading = false
	if s.stopping {
		waiting <- errStopping
	} else {
		waiting <- err
	}
	if err != nil {
		s.bridge.Close()
		s.upgradeFailed(err)
		return
	}
	s.log.Info("a new supervisor is in charge: leaving")
	s.successor = &peer{link: s.bridge}
	s.running.Go(func() { s.listenToPeer(s.successor) })
	s.leave()
}

func (s *supervisor) upgradeFailed(err error) {
	if s.stopping {
		s.log.Info("the new supervisor has left", "err", err)
		s.checkEmpty()
		return
	}
	s.log.Error("upgrade failed: this supervisor stays", "err", err)
	s.proceed()
}

// leave drains everything into the successor, unless it has been told to stop: then that goes on.
func (s *supervisor) leave() {
	s.running.Go(s.closeAdmin) // it waits for answers that wait for this loop
	s.conclusionOfPending()
	s.leaving, s.current, s.warm = true, nil, nil
	for _, g := range s.generations {
		if !s.stopping {
			g.state = Draining
			g.tell(handover.Drain)
			s.retire(g)
		}
	}
	s.checkEmpty()
}

// meetPredecessor listens to the supervisor before us from the first moment on: it may be told to stop, and we with it.
func (s *supervisor) meetPredecessor() error {
	if s.sockets.bridge == nil {
		return nil
	}
	link, err := handover.NewLink(s.sockets.bridge)
	if err != nil {
		return fmt.Errorf("meet the supervisor before this one: %w", err)
	}
	s.predecessor = &peer{link: link}
	s.running.Go(func() { s.listenToPeer(s.predecessor) })
	return nil
}

// succeeds reports whether the supervisor that we have replaced has not finished yet. We are the one that others wait
// for; until we are in charge that is the other one.
func (s *supervisor) succeeds() bool {
	return s.inCharge && s.predecessor != nil && !s.predecessor.gone
}

// stopOthers makes a stop one of both supervisors of an upgrade. A new one that is not in charge leaves the old one
// alone: it may only have failed.
func (s *supervisor) stopOthers() {
	if s.upgrading {
		s.bridge.Tell(handover.Stop, "")
	}
	if s.successor != nil {
		s.successor.link.Tell(handover.Stop, "")
	}
	if s.succeeds() {
		s.predecessor.link.Tell(handover.Stop, "")
	}
	s.after(s.o.StopBudget+2*killGrace, s.waitNoLonger) // they were told a moment later
}

// waitNoLonger leaves supervisors behind that hang. A new one that is not in charge is killed.
func (s *supervisor) waitNoLonger() {
	s.sockets.flip.Stop()
	if s.predecessor != nil {
		s.predecessor.gone = true
	}
	s.checkEmpty()
}

// takeCharge is the moment after which the supervisor before us, if there is one, leaves.
func (s *supervisor) takeCharge() {
	if s.inCharge || s.stopping {
		return
	}
	if s.sockets.flip.HasParent() {
		s.closeAdmin = s.serveAdmin()
	}
	if err := s.declareReady(); err != nil {
		s.quit(fmt.Errorf("take charge: %w", err))
		return
	}
	s.inCharge = true
	s.notify("READY=1", fmt.Sprintf("MAINPID=%d", os.Getpid()))
	s.store()
	s.o.Serving(s.sockets.apiAt, s.sockets.admin.Addr().String())
}

// declareReady makes the supervisor before us leave. If it is dead it cannot be told, which is as good.
func (s *supervisor) declareReady() error {
	err := s.sockets.flip.Ready()
	if err == nil || !s.sockets.flip.HasParent() {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), deathNotice)
	defer cancel()
	if waited := s.sockets.flip.WaitForParent(ctx); errors.Is(waited, context.DeadlineExceeded) {
		return err
	}
	s.log.Warn("the supervisor before died during its upgrade", "err", err)
	return nil
}

// watchParent notices when nobody is left whom a failure of ours would leave in charge.
func (s *supervisor) watchParent() (stop func()) {
	ctx, stop := context.WithCancel(context.Background())
	if s.sockets.flip.HasParent() {
		s.running.Go(func() {
			_ = s.sockets.flip.WaitForParent(ctx) // however it ended
			s.post(s.bereft)
		})
	}
	return stop
}

func (s *supervisor) bereft() {
	s.alone = true
	if s.current != nil {
		s.takeCharge()
	}
}

// replacing reports whether somebody is in charge until we are.
func (s *supervisor) replacing() bool { return s.sockets.flip.HasParent() && !s.inCharge && !s.alone }

// listenToPeer exchanges connections with another supervisor until it is gone.
func (s *supervisor) listenToPeer(p *peer) {
	for {
		m, err := p.link.Receive()
		if err != nil {
			break
		}
		s.post(func() { s.hearPeer(p, m) })
	}
	p.link.Close()
	s.post(func() { s.lostPeer(p) })
}

func (s *supervisor) hearPeer(p *peer, m handover.Message) {
	switch m.Kind {
	case handover.Move:
		s.takeIn(p, m)
	case handover.Adopted:
		s.adopted(p, m.Entries)
	case handover.Refused:
		s.refused(p, m.Entries)
	case handover.Stop:
		s.stop()
	}
}

// lostPeer: a predecessor has left, or a successor died. What was on its way to a dead successor is taken back by the
// worker that sent it, unless it has arrived; then our workers, which cannot accept any more, leave like orphans.
func (s *supervisor) lostPeer(p *peer) {
	p.gone = true
	for _, w := range s.custody {
		if w.from == p {
			w.from = nil
		}
		if w.to == p {
			s.drop(w)
		}
	}
	if p == s.successor {
		for _, g := range s.generations {
			g.tell(handover.Abandon)
		}
	}
	s.checkEmpty()
}

// abandoned reports whether nobody is left to take our connections.
func (s *supervisor) abandoned() bool { return s.successor != nil && s.successor.gone }
