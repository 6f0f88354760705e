package supervisor

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/samchon/payments-server/supervisor/handover"
)

const (
	rerouteAfter = 20 * time.Millisecond // a worker that had no descriptor left gets another chance, or its sibling
	tidyEvery    = 250 * time.Millisecond
)

// ward is a connection in our custody: on its way to a worker, and then a copy, so that a worker's death costs only the
// requests that it had begun.
type ward struct {
	fd       int
	entry    handover.Entry
	from, to *peer
	adopted  bool
}

// takeIn accepts sockets from a leaving worker. Those that we, or the kernel for us, had no room for go back.
func (s *supervisor) takeIn(from *peer, m handover.Message) {
	if s.abandoned() { // the sender has been told to take it back
		closeAll(m.FDs)
		return
	}
	for i, e := range m.Entries {
		if i >= len(m.FDs) || s.stopping || !s.roomForJourneys() {
			if i < len(m.FDs) {
				unix.Close(m.FDs[i])
			}
			s.after(rerouteAfter, func() { from.link.Note(handover.Refused, e) })
			continue
		}
		if old := s.custody[e.Seat]; old != nil { // our copy from its last move
			unix.Close(old.fd)
		}
		w := &ward{fd: m.FDs[i], entry: e, from: from}
		s.custody[e.Seat] = w
		s.route(w)
	}
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

// route sends a connection to a worker that serves, or lets it wait for one. When everything stops nobody comes after
// its sender, who then answers what it still asks.
func (s *supervisor) route(w *ward) {
	if s.stopping && w.from != nil {
		w.from.link.Note(handover.Refused, w.entry)
		s.drop(w)
		return
	}
	if w.to = s.receiver(); w.to != nil {
		w.to.link.Hand(handover.Move, w.entry, w.fd)
		return
	}
	s.waiting = append(s.waiting, w)
}

func (s *supervisor) routeWaiting() {
	waiting := s.waiting
	s.waiting = nil
	for _, w := range waiting {
		s.route(w)
	}
}

// receiver takes turns among those who have the traffic.
func (s *supervisor) receiver() *peer {
	if s.successor != nil {
		return s.successor
	}
	if s.current == nil || len(s.current.workers) == 0 {
		return nil
	}
	for range s.current.workers {
		s.turn++
		if p := s.current.workers[s.turn%len(s.current.workers)]; p.ready && !p.gone {
			return &p.peer
		}
	}
	return nil
}

// adopted tells the sender, end to end, that its connection has a new owner.
func (s *supervisor) adopted(by *peer, es []handover.Entry) {
	for _, e := range es {
		w := s.custody[e.Seat]
		if w == nil || w.to != by {
			continue
		}
		s.release(w)
		w.adopted = true
		if s.successor != nil || !s.roomForCopies() {
			s.drop(w)
		}
	}
}

// release answers the sender, once.
func (s *supervisor) release(w *ward) {
	if w.from != nil && !w.from.gone {
		w.from.link.Note(handover.Adopted, w.entry)
	}
	w.from = nil
}

func (s *supervisor) refused(by *peer, es []handover.Entry) {
	for _, e := range es {
		if w := s.custody[e.Seat]; w != nil && w.to == by {
			s.after(rerouteAfter, func() {
				if s.custody[e.Seat] == w {
					s.route(w)
				}
			})
		}
	}
}

// guard keeps a copy of what a worker accepted itself.
func (s *supervisor) guard(p *process, m handover.Message) {
	for i, fd := range m.FDs {
		e := m.Entries[i]
		if !s.roomForCopies() {
			unix.Close(fd)
			continue
		}
		if old := s.custody[e.Seat]; old != nil {
			s.drop(old) // of a connection that has ended, whose seat was taken again
		}
		s.custody[e.Seat] = &ward{fd: fd, entry: e, to: &p.peer, adopted: true}
	}
}

// roomForCopies leaves a quarter of our descriptors to connections on their way, and roomForJourneys the last quarter
// to everything else, so that a worker can always be started.
func (s *supervisor) roomForCopies() bool   { return len(s.custody) < s.descriptors/2 }
func (s *supervisor) roomForJourneys() bool { return len(s.custody) < s.descriptors*3/4 }

func (s *supervisor) drop(w *ward) {
	delete(s.custody, w.entry.Seat)
	unix.Close(w.fd)
}

// rescue finds new owners for what a dead peer had been given and had not begun to read. What it had begun ends here,
// visibly: only its client can know whether to ask again.
func (s *supervisor) rescue(dead *peer) {
	rescued, ended := 0, 0
	for _, w := range s.custody {
		if w.from == dead {
			w.from = nil
		}
		if w.to != dead {
			continue
		}
		e, ok := s.sockets.board.Rescue(w.entry, dead.pid)
		if ok {
			w.entry, w.adopted = e, false
			s.route(w)
			rescued++
			continue
		}
		if s.sockets.board.InRequest(w.entry.Seat, dead.pid) {
			ended++
		}
		s.release(w)
		_ = unix.Shutdown(w.fd, unix.SHUT_RDWR)
		s.drop(w)
	}
	if rescued+ended > 0 {
		s.log.Warn("took back the connections of a dead worker", "pid", dead.pid, "rescued", rescued, "ended", ended)
	}
}

// tidy closes copies of connections that have ended, and frees their seats. A seat is freed only when it was found
// empty twice, so that no message about it is still on its way.
func (s *supervisor) tidy() {
	gone := map[uint32]bool{}
	for _, seat := range s.sockets.board.Gone() {
		w := s.custody[seat]
		switch {
		case w != nil && w.adopted:
			s.drop(w)
		case w == nil && s.emptied[seat]:
			s.sockets.board.Free(seat)
			continue
		}
		gone[seat] = true
	}
	s.emptied = gone
}
