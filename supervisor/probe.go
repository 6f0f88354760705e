package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	probeEvery   = 100 * time.Millisecond // while a generation starts or is on probation
	probeSettled = time.Second            // once it is blessed
	stallLimit   = 4 * probeEvery         // between two beats of our own
	probeMisses  = 3                      // unanswered questions until a blessed worker counts as hung
)

// probe asks one worker for its health as a client would: over a connection that is handed to it like any other, and
// with a request that its handlers answer. So it finds a worker that cannot adopt, and one that hangs in its handlers.
func (s *supervisor) probe(p *process) {
	if p.probing || p.gone || p.left {
		return
	}
	p.probing, p.asked = true, time.Now()
	c, err := dial(p.link)
	if err != nil {
		s.log.Error("cannot ask for health", "err", err)
		p.probing = false
		return
	}
	s.running.Go(func() {
		err := get(c, s.o.Health, s.o.HealthTimeout)
		s.post(func() { s.probed(p, err) })
	})
}

// get requests a path over one connection.
func get(c net.Conn, path string, limit time.Duration) error {
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://worker"+path, nil)
	if err != nil {
		return err
	}
	res, err := over(c).RoundTrip(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 500 {
		return unhealthyError{res.Status}
	}
	return nil
}

// unhealthyError is an answer, though a bad one: the worker lives.
type unhealthyError struct{ status string }

func (e unhealthyError) Error() string { return "answered " + e.status }

// probed draws the conclusion. On probation one bad answer is enough to undo; a blessed worker is only replaced when it
// does not answer at all, because its illness may be the database's.
func (s *supervisor) probed(p *process, err error) {
	p.probing = false
	s.beat()
	if err != nil && p.asked.Before(s.stalled) {
		return // it is we who did not listen: ask again
	}
	answers := errors.As(err, new(unhealthyError))
	g := p.generation
	switch {
	case p.gone || s.stopping:
	case err == nil:
		s.isWell(p)
	case !p.ready: // it has until the ready timeout
	case s.onTrial(g):
		s.condemn(p, fmt.Errorf("%s worker %d is not healthy: %w", g, p.slot, err), answers)
	case !answers:
		s.missed(p, err)
	default:
		s.log.Warn("worker is not healthy", "generation", g.number, "worker", p.slot, "err", err)
	}
}

func (s *supervisor) isWell(p *process) {
	g := p.generation
	p.misses, p.vouched = 0, g.examined
	if !p.ready {
		s.becameReady(p)
	}
	if g.examined {
		s.bless(g)
	}
}

// onTrial reports whether a generation is on probation, and somebody could go on in its place.
func (s *supervisor) onTrial(g *generation) bool {
	warm := s.warm != nil && len(s.warm.workers) > 0
	return g == s.current && g.state == Probation && (warm || s.replacing())
}

func (s *supervisor) condemn(p *process, reason error, answers bool) {
	if !answers {
		p.kill() // its connections may go elsewhere only when it is certainly dead
	}
	if s.replacing() {
		s.quit(reason) // the supervisor before us stays
		return
	}
	s.undone(s.takeBack(), reason)
}

func (s *supervisor) missed(p *process, err error) {
	if p.misses++; p.misses >= probeMisses || p.generation.state == Failed {
		s.log.Error("worker hangs: killed", "generation", p.generation.number, "worker", p.slot, "pid", p.pid, "err", err)
		p.kill()
	}
}

// beat notices when the loop itself stood still: stopped, suspended, or short of processor time.
func (s *supervisor) beat() {
	now := time.Now()
	if now.Sub(s.lastBeat) > stallLimit {
		s.stalled = now
	}
	s.lastBeat = now
}

// probeAll asks whom it is time to ask.
func (s *supervisor) probeAll() {
	s.beat()
	for _, g := range s.generations {
		for _, p := range g.workers {
			if p.spoke && time.Since(p.asked) >= g.probeInterval() {
				s.probe(p)
			}
		}
	}
}

func (g *generation) probeInterval() time.Duration {
	if g.state == Blessed || g.state == Draining {
		return probeSettled
	}
	return probeEvery
}
