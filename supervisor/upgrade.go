package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/samchon/payments-server/supervisor/handover"
)

// upgradeSlack is what a new supervisor may need beyond the start and the probation of its first generation.
const upgradeSlack = 10 * time.Second

// deathNotice is how long the news of a death may take that has broken a pipe already.
const deathNotice = time.Second

// Limits of the wait for the supervisor before us, when we are to be replaced ourselves.
const (
	predecessorGrace = 2 * time.Second
	predecessorPoll  = 5 * time.Millisecond
)

// parentLives is tableflip's error, which has no name there.
const parentLives = "parent hasn't exited"

var (
	errInProgress  = errors.New("a handover is in progress")
	errPredecessor = errors.New("the supervisor before this one still finishes its requests: try again when it has left")
	errProcessOne  = errors.New("this supervisor is process 1, and its container would end with it: replace the container")
)

// upgrade starts the next supervisor. It inherits the sockets, the board and the ledger, and one end of a bridge; it
// starts a generation of its own, and only when that is blessed does tableflip call it ready. Until then nothing has
// changed here. Afterwards our workers drain into its workers over the bridge, as they would into ours.
func (s *supervisor) upgrade(waiting chan<- error) {
	if err := s.admitUpgrade(); err != nil {
		s.log.Warn("upgrade refused", "err", err)
		waiting <- err
		return
	}
	ours, theirs, err := handover.Pair()
	if err == nil {
		err = s.sockets.flip.AddFile(bridgeFile, theirs)
		theirs.Close()
	}
	if err != nil {
		waiting <- fmt.Errorf("upgrade: %w", err)
		return
	}
	s.upgrading = true
	s.log.Info("upgrade starts")
	s.running.Go(func() {
		err := s.flip()
		s.post(func() { s.upgraded(ours, err) })
		waiting <- err
	})
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
		if err == nil || err.Error() != parentLives || ctx.Err() != nil {
			return err
		}
		time.Sleep(predecessorPoll)
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

func (s *supervisor) upgraded(bridge *os.File, err error) {
	s.upgrading = false
	if err != nil {
		bridge.Close()
		s.log.Error("upgrade failed: this supervisor stays", "err", err)
		s.proceed()
		return
	}
	link, err := handover.NewLink(bridge)
	if err != nil {
		s.quit(fmt.Errorf("upgrade: %w", err))
		return
	}
	s.log.Info("a new supervisor is in charge: leaving")
	s.successor = &peer{link: link}
	s.running.Go(func() { s.listenToPeer(s.successor) })
	s.leave()
}

// leave drains everything into the successor.
func (s *supervisor) leave() {
	s.running.Go(s.closeAdmin) // it waits for answers that wait for this loop
	s.conclusionOfPending()
	s.leaving, s.current, s.warm = true, nil, nil
	for _, g := range s.generations {
		g.state = Draining
		g.tell(handover.Drain)
		s.retire(g)
	}
	s.checkEmpty()
}

// takeCharge is the moment after which the supervisor before us, if there is one, leaves.
func (s *supervisor) takeCharge() {
	if s.inCharge {
		return
	}
	s.inCharge = true
	if s.sockets.bridge != nil {
		link, err := handover.NewLink(s.sockets.bridge)
		if err != nil {
			s.quit(fmt.Errorf("take charge: %w", err))
			return
		}
		s.predecessor = &peer{link: link}
		s.running.Go(func() { s.listenToPeer(s.predecessor) })
	}
	if s.sockets.flip.HasParent() {
		s.closeAdmin = s.serveAdmin()
	}
	if err := s.declareReady(); err != nil {
		s.quit(fmt.Errorf("take charge: %w", err))
		return
	}
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
