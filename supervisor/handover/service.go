package handover

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// LastBudget is how long requests in progress may take when everything stops and nobody sends Cut.
const LastBudget = 80 * time.Second

// Limits of a worker that has nobody to tell it when.
const (
	orphanGrace = 10 * time.Second       // a worker without a supervisor accepts that long: a new one may be starting
	saidClose   = 300 * time.Millisecond // between the first `Connection: close` of a stop and closing idle connections
	cutTimeout  = time.Second            // for GOAWAY and the like before connections are cut

	healthTimeout = 10 * time.Second // for a question for health to arrive
)

// service is a Worker that serves. Its loop owns the fields without a lock.
type service struct {
	worker *Worker
	srv    *http.Server
	yard   *yard
	door   *door

	// The supervisor's questions come in plaintext whatever srv speaks, so they get a server of their own.
	health    *http.Server
	questions *door
	tls       bool

	goodbye atomic.Bool // every response says close
	leaving bool        // done when empty
	over    bool        // done
	drained bool        // said so
	step    *time.Timer // runs next
	next    func()
	ending  sync.WaitGroup // Shutdown
}

// Serve says that this worker is ready – call it when database, configuration and schema are fine – and serves srv on
// the API listener until the supervisor retires this worker, or ctx ends, and the last connection has gone. It returns
// nil then. It wraps srv's Handler, ConnState and ConnContext. With srv.TLSConfig set it serves TLS: such connections
// cannot move, their clients are told to close after a response.
func (w *Worker) Serve(ctx context.Context, srv *http.Server) error {
	s := &service{worker: w, srv: srv, yard: newYard(w.board, w.link), step: time.NewTimer(0)}
	<-s.step.C
	s.tls = srv.TLSConfig != nil // now: to serve, net/http fills it in
	part := balance{board: w.board, pid: s.yard.pid, workers: w.name.workers}
	s.door = newDoor(w.tcp, func(c *net.TCPConn) net.Conn { return s.yard.welcome(c, w.name.moving && !s.tls) },
		part.accepted)
	s.yard.guarding.Store(w.name.moving)
	s.questions = newDoor(w.tcp, nil, nil) // only enter and Accept are used
	s.hook()
	return s.run(ctx)
}

func (s *service) run(ctx context.Context) error {
	var running sync.WaitGroup
	messages, served, done := make(chan Message), make(chan error, 1), make(chan struct{})
	running.Go(func() { served <- s.serve() })
	running.Go(func() { _ = s.health.Serve(s.questions) }) // ends when questions is closed
	running.Go(func() { s.receive(messages, done) })
	s.door.open()
	s.worker.link.Tell(Ready, s.worker.Commit)

	err := s.loop(ctx, messages, served)

	close(done)
	s.door.giveUp()
	s.srv.Close()
	s.door.Close()
	s.health.Close()
	s.questions.Close()
	s.ending.Wait()
	s.sayFarewell()
	running.Wait()
	return err
}

func (s *service) serve() error {
	if s.tls {
		return s.srv.ServeTLS(s.door, "", "")
	}
	return s.srv.Serve(s.door)
}

// receive closes messages when the supervisor is gone.
func (s *service) receive(messages chan<- Message, done <-chan struct{}) {
	defer close(messages)
	for {
		m, err := s.worker.link.Receive()
		if err != nil {
			return
		}
		select {
		case messages <- m:
		case <-done:
			closeAll(m.FDs)
			return
		}
	}
}

func (s *service) loop(ctx context.Context, messages <-chan Message, served <-chan error) error {
	cancelled := ctx.Done()
	for !s.over && !(s.leaving && s.yard.size() == 0) {
		select {
		case m, ok := <-messages:
			if !ok {
				messages = nil
				s.orphaned()
				continue
			}
			s.obey(m)
		case <-s.yard.changed:
			s.drain()
		case <-s.step.C:
			s.next()
		case <-cancelled:
			cancelled = nil
			s.stop()
		case err := <-served:
			if !s.leaving { // not our Shutdown
				return fmt.Errorf("serve api: %w", err)
			}
			served = nil
		}
	}
	return nil
}

func (s *service) obey(m Message) {
	switch m.Kind {
	case Move:
		s.adopt(m)
	case Adopted:
		for _, e := range m.Entries {
			s.yard.arrived(e)
		}
	case Refused:
		s.takeBack(m.Entries)
	case Drain:
		s.door.shut()
		s.drained = false
		s.yard.draining.Store(true)
		s.drain()
	case Resume:
		s.yard.draining.Store(false)
		s.door.open()
	case Retire:
		s.door.giveUp()
		s.leaving = true
	case Stop:
		s.stop()
	case Cut:
		s.cut()
	case Abandon:
		s.abandoned()
	}
}

func (s *service) adopt(m Message) {
	for i, e := range m.Entries {
		if i >= len(m.FDs) {
			s.worker.link.Note(Refused, e)
			continue
		}
		c, err := s.yard.adopt(e, m.FDs[i])
		if err != nil {
			s.worker.link.Note(Refused, e)
			continue
		}
		if e.Stage == Probe {
			s.questions.enter(c)
			continue
		}
		s.door.enter(c)
		s.worker.link.Note(Adopted, e)
	}
}

func (s *service) takeBack(es []Entry) {
	for _, e := range es {
		if c := s.yard.returned(e.Seat); c != nil {
			s.door.enter(c)
		}
	}
}

// drain lets go of what may go, and says when there is no more.
func (s *service) drain() {
	if !s.yard.draining.Load() {
		return
	}
	idle := 0
	if s.worker.name.moving {
		idle = s.yard.wake()
	}
	if idle == 0 && !s.drained {
		s.drained = true
		s.worker.link.Tell(Drained, "")
	}
}

// orphaned goes on without a supervisor.
func (s *service) orphaned() {
	s.worker.speakAlone()
	s.abandoned()
}

// abandoned goes on alone: connections that were on their way come back unless they have arrived, and if no successor
// needs us any more nobody can say so, hence the limit.
func (s *service) abandoned() {
	s.yard.draining.Store(false)
	s.yard.guarding.Store(false)
	for _, n := range s.yard.travelling() {
		s.takeBack([]Entry{{Seat: n}})
	}
	s.goodbye.Store(true)
	s.later(orphanGrace, s.stop)
}

// stop finishes: nobody comes after us, so idle connections are closed once their clients had a moment to be told.
func (s *service) stop() {
	s.door.giveUp()
	s.yard.draining.Store(false)
	s.goodbye.Store(true)
	s.leaving = true
	s.later(saidClose, func() {
		s.ending.Go(func() { s.shutdown(LastBudget) })
		s.later(LastBudget, s.cut)
	})
}

// shutdown closes idle connections and sends GOAWAY; what it leaves is counted as forced.
func (s *service) shutdown(limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_ = s.srv.Shutdown(ctx) // its error only says that the limit passed
}

func (s *service) cut() {
	s.leaving, s.over = true, true
	s.door.giveUp()
	s.shutdown(cutTimeout)
	s.yard.cut()
}

func (s *service) later(d time.Duration, f func()) {
	s.next = f
	s.step.Reset(d)
}

func (s *service) sayFarewell() {
	b, _ := json.Marshal(s.yard.farewell()) // three integers
	s.worker.link.Tell(Left, string(b))
	s.worker.link.Flush()
	s.worker.link.Close()
}
