package supervisor

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/samchon/payments-server/supervisor/handover"
)

const (
	exitGrace   = 30 * time.Second // between a worker's farewell and its exit: jobs of its own may still run
	outputGrace = time.Second      // for what is left in a dead worker's output pipes
)

// peer is whoever connections are exchanged with: a worker, or another supervisor.
type peer struct {
	link *handover.Link
	pid  int
	gone bool
}

// process is one worker. Only the supervisor's loop touches it, except cmd and the outputs.
type process struct {
	peer
	generation *generation
	slot       int
	cmd        *exec.Cmd
	out, err   *lines

	born    time.Time
	gentle  bool // runs only while others do not
	spoke   bool // said that it is ready
	ready   bool // and answered a first question for health
	drained bool
	left    bool // said farewell
	probing bool
	asked   time.Time // the last question for health
	misses  int       // questions in a row without an answer
	vouched bool      // has answered one at the end of the probation
}

// spawn starts a worker and the goroutine that listens to it.
func (s *supervisor) spawn(g *generation, slot int) error {
	p := &process{generation: g, slot: slot, born: time.Now(),
		out: &lines{out: s.output, generation: g.number, slot: slot},
		err: &lines{out: s.output, generation: g.number, slot: slot}}
	p.cmd = exec.Command(g.argv[0], g.argv[1:]...)
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr, p.cmd.WaitDelay = g.env, p.out, p.err, outputGrace
	if err := s.start(p); err != nil {
		return fmt.Errorf("generation %d worker %d: %w", g.number, slot, err)
	}
	g.workers = append(g.workers, p)
	s.running.Go(func() { s.listenTo(p) })
	return nil
}

// start makes haste unless others serve meanwhile.
func (s *supervisor) start(p *process) (err error) {
	start := func() (err error) {
		p.link, err = handover.Start(p.cmd, handover.Outfit{Listener: s.sockets.api, Board: s.sockets.board,
			Ledger: s.sockets.ledger, Generation: p.generation.number, Slot: p.slot, Workers: s.o.Workers,
			Moving: !s.o.CloseConnections, LastOutput: s.o.lastOutput()})
		return err
	}
	if p.gentle = s.next == p.generation && (s.current != nil || s.replacing()); p.gentle {
		err = gently(start)
		s.after(gentleLimit, func() { s.hurry(p) })
	} else {
		err = start()
	}
	if err == nil {
		p.pid = p.cmd.Process.Pid
	}
	return err
}

// hurry ends what start began gently.
func (s *supervisor) hurry(p *process) {
	if !p.gentle || p.gone {
		return
	}
	p.gentle = false
	if err := hurry(p.pid); err != nil {
		s.log.Warn("worker stays slow", "generation", p.generation.number, "worker", p.slot, "err", err)
	}
}

// listenTo passes on what a worker says, in order, and its death last: all that it wrote is handled before.
func (s *supervisor) listenTo(p *process) {
	spoke := false
	for {
		m, err := p.link.Receive()
		if err != nil {
			break
		}
		spoke = true
		s.post(func() { s.hear(p, m) })
	}
	p.link.Close()
	s.post(func() { s.hangUp(p) })
	err := p.end()
	if !spoke { // it has no clients who would wait
		p.read()
		err = p.explain(err)
	}
	s.post(func() { s.died(p, err) })
	if spoke {
		p.read()
	}
}

// read waits for a dead worker's output.
func (p *process) read() {
	_ = p.cmd.Wait()
	p.out.flush()
	p.err.flush()
}

// explain adds what a worker said last.
func (p *process) explain(err error) error {
	if word := p.err.lastWord(); word != "" {
		return fmt.Errorf("%w: %s", err, word)
	}
	return err
}

// end waits until the process is dead and tells how it ended.
func (p *process) end() error {
	state, err := p.cmd.Process.Wait()
	switch {
	case err != nil:
		return err
	case !state.Success():
		return &exec.ExitError{ProcessState: state}
	}
	return errLeft
}

// hangUp makes sure that a worker that cannot be spoken to any more is dead before others get its connections.
func (s *supervisor) hangUp(p *process) {
	if !p.left {
		p.kill()
		return
	}
	s.after(exitGrace, func() {
		if !p.gone {
			s.log.Warn("worker does not exit", "generation", p.generation.number, "worker", p.slot, "pid", p.pid)
			p.kill()
		}
	})
}

// kill takes the whole process group: what a worker has started shall not outlive it.
func (p *process) kill() {
	if !p.gone {
		syscall.Kill(-p.pid, syscall.SIGKILL)
		p.cmd.Process.Signal(os.Kill)
	}
}
