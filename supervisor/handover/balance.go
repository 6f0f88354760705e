package handover

import "time"

const (
	// slack is how many connections a worker may have above its part before it lets the others go first. Without any, a
	// burst would come in one by one.
	slack = 4
	// breath is how long it then waits before it accepts another: time enough for the others to wake up, and little for a
	// client, should none of them do. It is also how old a count may be.
	breath = time.Millisecond
)

// balance keeps a worker from taking more than its part of the connections. All workers are woken up for each that comes,
// and the quickest takes whatever has come by then: of a burst, most. Clients keep their connections, so the load would stay
// as uneven: of 64, one worker of two had up to 60, and both together served a third less.
//
// It is what Envoy calls exact balance, but without a lock: nobody waits for a worker that hangs. One whose siblings hang or
// are dead still takes a thousand connections a second.
type balance struct {
	board   *Board
	pid     int
	workers int // that accept, this one among them; 0: nobody has said so

	counted      time.Time
	mine, others int // connections of this worker and of everybody else
}

// accepted counts one more, and returns for how long this worker leaves the next one to the others. While old workers
// drain, their connections count, too, and nobody waits.
func (b *balance) accepted() time.Duration {
	if b.workers < 2 {
		return 0
	}
	b.mine++
	if now := time.Now(); now.Sub(b.counted) >= breath {
		mine, all := b.board.open(b.pid)
		b.counted, b.mine, b.others = now, mine, all-mine
	}
	if (b.mine-slack)*(b.workers-1) <= b.others {
		return 0
	}
	return breath
}
