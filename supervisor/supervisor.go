package supervisor

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor/handover"
)

var errLeft = errors.New("it left by itself")

// supervisor is all state. One goroutine, the loop, owns the fields below the line; others post functions to it.
type supervisor struct {
	o       Options
	log     *slog.Logger
	sockets *sockets
	output  *output
	started time.Time
	running sync.WaitGroup
	events  chan func()
	done    chan struct{} // closed when the loop has ended

	// ---- the loop's

	generations []*generation // with living workers, oldest first
	current     *generation   // has the traffic
	warm        *generation   // had it, and takes it back at an undo
	next        *generation   // is getting ready
	receipts    []*Receipt
	pending     []chan<- error // who waits for the reload after this one
	again       bool           // there is a reload after this one

	custody     map[uint32]*ward // by seat
	waiting     []*ward          // for a worker that serves
	emptied     map[uint32]bool  // seats found gone at the last tidying
	turn        int
	descriptors int // how many we may open

	closeAdmin  func()
	inCharge    bool           // ready in tableflip's eyes
	alone       bool           // the supervisor that started us is dead
	predecessor *peer          // the supervisor before us, until it has left
	bridge      *handover.Link // to the supervisor that is to come after us, until it is in charge
	successor   *peer          // the supervisor after us
	lastBeat    time.Time
	stalled     time.Time // when the loop last came back from standing still
	upgrading   bool
	leaving     bool // it has taken over
	stopping    bool
	quitting    error
	over        bool
}

// Run owns the sockets and the workers until ctx ends or TERM or INT arrives, then drains and stops. HUP starts a new
// generation of workers, USR2 replaces the supervisor itself. It may be called once per process.
func Run(ctx context.Context, o Options) error {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGUSR2, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)
	if err := o.complete(); err != nil {
		return err
	}
	so, err := openSockets(o)
	if err != nil {
		return err
	}
	s := &supervisor{o: o, log: o.Log, sockets: so, output: &output{w: o.Output}, started: time.Now(),
		events: make(chan func()), done: make(chan struct{}), custody: map[uint32]*ward{}, descriptors: descriptorLimit()}
	return s.run(ctx, signals)
}

func descriptorLimit() int {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 1024
	}
	return int(r.Cur)
}

func (s *supervisor) run(ctx context.Context, signals chan os.Signal) error {
	if err := s.meetPredecessor(); err != nil {
		s.sockets.flip.Stop()
		return err
	}
	s.enterCounts()
	s.closeAdmin = func() {}
	if !s.sockets.flip.HasParent() { // otherwise the supervisor before us answers as yet
		s.closeAdmin = s.serveAdmin()
	}
	stopWatching := s.watchParent()
	s.loop(ctx, signals)
	close(s.done)
	stopWatching()
	s.closeAdmin()
	s.sockets.flip.Stop()
	s.passOn(signals)
	for _, p := range []*peer{s.predecessor, s.successor} {
		if p != nil {
			p.link.Close()
		}
	}
	s.running.Wait()
	s.removePIDFile()
	return s.quitting
}

// loop runs until nothing that we started is left.
func (s *supervisor) loop(ctx context.Context, signals <-chan os.Signal) {
	tidy := time.NewTicker(tidyEvery)
	defer tidy.Stop()
	check := time.NewTicker(probeEvery)
	defer check.Stop()
	cancelled := ctx.Done()
	s.begin(LastGood, nil)
	for !s.over {
		select {
		case f := <-s.events:
			f()
		case sig := <-signals:
			s.signalled(sig)
		case <-tidy.C:
			s.tidy()
			s.notifyAlive()
		case <-check.C:
			s.probeAll()
		case <-cancelled:
			cancelled = nil
			s.stop()
		}
	}
}

func (s *supervisor) signalled(sig os.Signal) {
	switch sig {
	case syscall.SIGHUP:
		s.reload()
	case syscall.SIGUSR2:
		s.upgrade(make(chan error, 1))
	default:
		s.stop()
	}
}

// passOn sends the last messages to the successor, and tells it of a stop that came too late for us.
func (s *supervisor) passOn(signals chan os.Signal) {
	if s.successor == nil {
		return
	}
	defer s.successor.link.Flush()
	signal.Stop(signals) // waits for those that have reached us
	for {
		select {
		case sig := <-signals:
			if sig == syscall.SIGTERM || sig == syscall.SIGINT {
				s.successor.link.Tell(handover.Stop, "")
			}
		default:
			return
		}
	}
}

// post gives the loop something to do. After its end nothing needs doing.
func (s *supervisor) post(f func()) {
	select {
	case s.events <- f:
	case <-s.done:
	}
}

// ask runs f in the loop and waits for it; it reports false if the loop has ended.
func (s *supervisor) ask(f func()) bool {
	answered := make(chan struct{})
	s.post(func() { f(); close(answered) })
	select {
	case <-answered:
		return true
	case <-s.done:
		return false
	}
}

// after runs f in the loop when d has passed.
func (s *supervisor) after(d time.Duration, f func()) {
	time.AfterFunc(d, func() { s.post(f) })
}

// stop drains everything; what is not done within the budget is cut.
func (s *supervisor) stop() {
	if s.stopping {
		return
	}
	s.stopping = true
	s.log.Info("stopping")
	s.notify("STOPPING=1")
	s.conclusionOfPending()
	for _, g := range s.generations {
		g.tell(handover.Stop)
		s.after(s.o.StopBudget, func() { s.cut(g) })
	}
	if s.next != nil {
		s.after(killGrace, s.next.killSilent)
	}
	s.routeWaiting()
	s.stopOthers()
	s.checkEmpty()
}

// conclusionOfPending tells everyone who waits for a handover that there will be none.
func (s *supervisor) conclusionOfPending() {
	(&generation{waiting: s.pending}).answer(errStopping)
	for _, g := range s.generations {
		g.answer(errStopping)
	}
}

// quit stops because of an error that Run returns.
func (s *supervisor) quit(err error) {
	s.quitting = errors.Join(s.quitting, err)
	s.stop()
}

// checkEmpty ends the loop once we are stopping or leaving, every worker is dead, and no other supervisor is waited for.
func (s *supervisor) checkEmpty() {
	if !s.stopping && !s.leaving {
		return
	}
	if s.upgrading || s.succeeds() {
		return
	}
	for _, g := range s.generations {
		if len(g.workers) > 0 {
			return
		}
	}
	s.over = true
}
