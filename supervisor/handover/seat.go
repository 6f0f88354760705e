package handover

// seat is a connection's place on the board as its owner sees it. The zero seat is no place: nothing is marked.
type seat struct {
	board  *Board
	number uint32
	pid    int
	copied bool // the supervisor holds, or held, a copy of the socket
}

func (s seat) mark(to Standing) {
	if s.number != 0 {
		s.board.set(s.number, wordOf(s.pid, to))
	}
}

// standing is what was marked last; Busy without a place, as nobody can know.
func (s seat) standing() Standing {
	if s.number == 0 {
		return Busy
	}
	return s.board.get(s.number).standing()
}

// claim takes a connection that is on its way. It fails when somebody was faster.
func (s seat) claim() bool {
	w := s.board.get(s.number)
	return w.standing() == Transit && s.board.swap(s.number, w, wordOf(s.pid, Untouched))
}

// reclaim takes a connection back that we sent. It fails when it was adopted.
func (s seat) reclaim() bool {
	return s.board.swap(s.number, wordOf(s.pid, Transit), wordOf(s.pid, Untouched))
}

// close gives the seat up and reports whether there is a copy; the supervisor frees the seat with its copy then.
func (s seat) close() (copied bool) {
	switch {
	case s.number == 0:
		return false
	case s.copied:
		s.mark(Gone)
		return true
	}
	s.board.Free(s.number)
	return false
}
