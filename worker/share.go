package worker

import (
	"context"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// garbage is how many percent of what a worker holds may be garbage before it looks for some. A worker holds a few
	// MiB, so Go's own 100 would collect dozens of times a second under load. A hash holds 19 MiB for as long as it takes:
	// four at once take 390 MiB like this, and 160 with GOGC=100, which is for machines with little memory.
	garbage = 400
	// sharing is how often a worker looks how many of the requests are its own.
	sharing = 100 * time.Millisecond
	// inertia is how many looks it takes to change its mind: at any one moment few requests are under way.
	inertia = 4
	// enough is how much of a processor the share has to be off for a change.
	enough = 0.6
	// lending is how long processors stay lent after the last hash: another one often follows at once, and each change
	// stops the worker for a moment.
	lending = 100 * time.Millisecond
	// crowd is how many looks more have to find hashes waiting than find none before none are lent, and the other way round
	// before they are again; memory is how many looks ago the last request must have been served without a hash.
	crowd, memory = 3, 10
)

// share is a worker's part of the machine: as many of the processors as it has of the requests. A runtime that
// believes it has all of them wakes a second thread for each request that the first could serve at once, and that costs
// as much as serving it. Hashes are another matter. Each holds a processor for 30 ms, and requests must not queue behind
// that: so while there are any, the runtime has more processors than its share, and the kernel divides the time. Where
// all that is asked for are hashes, and they queue up, nobody gains by that, and it costs each hash a sixth more.
type share struct {
	all   int  // processors
	fixed bool // processors are not ours to set

	mu      sync.Mutex
	own     int
	hashing int
	queue   int  // looks that found hashes waiting for their turn less those that found none, 0 to crowd
	crowded bool // the queue has reached crowd, and has not been 0 since
	quiet   int  // looks in a row that found no request served without a hash
	lent    bool
	end     *time.Timer
}

// load is what a share is made of.
type load struct {
	requests func() (mine, all int)            // under way, with this worker and with all of them; those that only wait for a PG, too
	hashes   func() (waiting int, hits uint64) // that wait for their turn, and that were spared by a memory since the start
}

// newShare sets up this process. What the environment says (GOMAXPROCS, GOGC) goes before.
func newShare() *share {
	s := &share{all: runtime.GOMAXPROCS(0), fixed: os.Getenv("GOMAXPROCS") != ""}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	s.own = s.all
	s.end = time.AfterFunc(lending, s.takeBack)
	return s
}

// follow begins with an equal share of so many workers, for one that starts is to be quick about it, and keeps it in line
// with the load until ctx ends. changed is told the share, and may take its time.
func (s *share) follow(ctx context.Context, workers int, l load, changed func(ctx context.Context, own int)) {
	part, whole, before := 1.0, float64(workers), uint64(0)
	newest := make(chan int, 1)
	defer close(newest)
	go func() {
		for own := range newest {
			changed(ctx, own)
		}
	}()
	tick := time.NewTicker(sharing)
	defer tick.Stop()
	for ctx.Err() == nil {
		if own, other := s.set(part, whole); other {
			select {
			case <-newest: // nobody has seen it
			default:
			}
			newest <- own
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
			if mine, all := l.requests(); all > 0 {
				part += (float64(mine) - part) / inertia
				whole += (float64(all) - whole) / inertia
			}
			waiting, hits := l.hashes()
			s.see(waiting > 0, hits > before)
			before = hits
		}
	}
}

// set takes the processors that fall to a part of the whole, and reports whether they are others than before. Half a
// processor more or less changes nothing.
func (s *share) set(part, whole float64) (own int, other bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, exact := s.own, float64(s.all)*part/whole
	if math.Abs(exact-float64(s.own)) > enough {
		s.own = min(max(int(math.Round(exact)), 1), s.all)
		s.apply()
	}
	return s.own, s.own != before
}

// see takes in whether hashes wait, and whether a request was served without one.
func (s *share) see(waiting, served bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.processors()
	if waiting {
		s.queue = min(s.queue+1, crowd)
		s.crowded = s.crowded || s.queue == crowd
	} else {
		s.queue = max(s.queue-1, 0)
		s.crowded = s.crowded && s.queue > 0
	}
	s.quiet++
	if served {
		s.quiet = 0
	}
	if s.processors() != before {
		s.apply()
	}
}

// apply needs the lock. To set what is set already costs nothing.
func (s *share) apply() {
	if !s.fixed {
		runtime.GOMAXPROCS(s.processors())
	}
}

func (s *share) processors() int {
	if s.lent && (!s.crowded || s.quiet < memory) {
		return s.own + s.all
	}
	return s.own
}

// hash runs something that computes for long.
func (s *share) hash(compute func()) {
	s.lend(1)
	defer s.lend(-1)
	compute()
}

func (s *share) lend(hashes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hashing += hashes
	if s.hashing == 0 {
		s.end.Reset(lending)
		return
	}
	if !s.lent {
		s.lent = true
		s.apply()
	}
}

func (s *share) takeBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hashing == 0 && s.lent {
		s.lent = false
		s.apply()
	}
}
