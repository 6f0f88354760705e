package worker_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/internal/payment"
)

// sigkill is what becomes of the worker, and not of an exchange.
const sigkill mishap = "SIGKILL"

var mishaps = []mishap{sigkill, lost, late, failed, repeated}

// side is whose answer is due next.
type side string

const (
	ofPG      side = "of the PG"
	ofUs      side = "of ours"
	ofUsToPG  side = "of ours to the PG"
	ofService side = "of the service"
)

// cell is one accident: what happens to an operation at a step. From the step on,
// it strikes the first answer that is due.
type cell struct {
	operation
	code   api.VendorCode
	point  point
	mishap mishap
	// gone tells a client that asks no more, whose request the resolver has to
	// finish, from one that sends it again.
	gone bool
}

// point is a step of an operation, and the answer that is due after it.
type point struct {
	step payment.Step
	due  side
	ask  func(api.VendorCode) fault.Plan // what the PG was asked, where the answer is its
}

func (c cell) String() string {
	client := "client repeats"
	switch {
	case !c.client:
		client = "the PG repeats"
	case c.gone:
		client = "client is gone"
	}
	accident := string(c.mishap)
	if c.mishap != sigkill {
		accident += " " + string(c.point.due)
	}
	return fmt.Sprintf("%s/%s/%s/%s/%s", c.operation.name, c.code, c.point.step, accident, client)
}

// cells are all there are. A webhook has no client who could be gone.
func cells() (all []cell) {
	for _, o := range operations {
		for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
			for _, p := range o.points {
				for _, m := range mishaps {
					all = append(all, cell{o, code, p, m, false})
					if o.client {
						all = append(all, cell{o, code, p, m, true})
					}
				}
			}
		}
	}
	return all
}

// lanes is how many worlds share the cells. Most of a cell's time is waiting.
const lanes = 6

// matrixTick is between two looks whether a cell has settled: more often, the looks
// of all lanes take the processors from what they wait for.
const matrixTick = 50 * time.Millisecond

// TestCrashMatrix goes through every step of everything that we do, and through
// everything that can happen there, and compares the PG's books with ours.
func TestCrashMatrix(t *testing.T) {
	t.Parallel()
	var running sync.WaitGroup
	work := map[bool]chan cell{true: make(chan cell), false: make(chan cell)}
	for n := range lanes {
		kills := n%2 == 0
		running.Go(func() {
			t.Run(fmt.Sprintf("lane %d", n), func(t *testing.T) {
				s := newStage(t, kills)
				for c := range work[kills] {
					t.Run(c.String(), func(t *testing.T) { s.in(t, func(s *stage) { s.play(c) }) })
				}
			})
		})
	}
	all := cells()
	var feeding sync.WaitGroup
	for kills, queue := range work {
		feeding.Go(func() {
			defer close(queue)
			for _, c := range all {
				if kills == (c.mishap == sigkill) {
					queue <- c
				}
			}
		})
	}
	feeding.Wait()
	running.Wait()
	t.Logf("%d cells, none skipped", len(all))
}

func TestCrashMatrix_HasEveryStep(t *testing.T) {
	t.Parallel()
	for _, step := range payment.Steps {
		if !slices.ContainsFunc(cells(), func(c cell) bool { return c.point.step == step }) {
			t.Errorf("nothing goes wrong at the step %q", step)
		}
	}
}

// stage is a world in which one accident happens after the other: a worker, in
// this process or in one that can be killed, and doors on all sides.
type stage struct {
	*world
	lane     *world   // with the t of all cells
	listener *os.File // of the worker that can be killed; nil of the other
	process  *process
	fail     *failpoint

	pgs           map[api.VendorCode]*door
	us, toService *door
}

// repeatSoon is how PGs repeat a webhook here: soon, and often.
var repeatSoon = slices.Repeat([]time.Duration{50 * time.Millisecond}, 200)

func newStage(t *testing.T, kills bool) *stage {
	w := newSurroundings(t, repeatSoon...)
	s := &stage{world: w, lane: w}
	if kills {
		s.listener = w.listen()
		t.Cleanup(func() { _ = s.listener.Close() })
		s.process = w.start(s.listener, "")
		return s
	}
	s.fail = &failpoint{}
	s.pgs = map[api.VendorCode]*door{api.Iamport: w.before(api.Iamport), api.Toss: w.before(api.Toss)}
	s.toService = newDoor(t, strings.TrimSuffix(w.service.url, "/webhooks"))
	w.service.url = s.toService.url + "/webhooks"
	w.reached = s.fail.reached
	w.open()
	s.us = newDoor(t, w.url)
	w.serveAt(s.us.url)
	return s
}

// in lends the stage to the t of one cell.
func (s *stage) in(t *testing.T, play func(*stage)) {
	w := *s.lane
	w.t, s.world = t, &w
	play(s)
}

// play has a cell happen, and compares the books after it.
func (s *stage) play(c cell) {
	p := c.prepare(s.world, c.code)
	s.settle(s.hurry, matrixTick)
	struck := s.arm(c, p)
	ctx, giveUp := context.WithCancel(s.t.Context())
	defer giveUp()
	first := make(chan answered, 1)
	go func() {
		defer close(first)
		first <- p.begin(ctx)
	}()
	select {
	case <-struck:
	case <-time.After(patience):
		s.t.Fatal("the step was not reached, or no answer was due after it")
	}
	switch c.mishap {
	case late:
		giveUp()
	case sigkill:
		s.revive()
	}
	last := <-first
	if !c.gone {
		last = p.insist(last)
	}
	s.settle(s.hurry, matrixTick)
	p.compare(c, last)
}

// arm prepares the accident, and returns what is closed when it has happened.
func (s *stage) arm(c cell, p *part) <-chan struct{} {
	if c.mishap == sigkill {
		at := url.Values{"at": {string(c.point.step)}}
		answer := mustv(http.PostForm(s.url+diePath, at))(s.t)
		must(s.t, answer.Body.Close())
		return s.process.died
	}
	struck := make(chan struct{})
	d, matches := s.due(c, p)
	// A look that a webhook has queued, and a webhook to the service, may be under way,
	// or over, before the step is reached. Nothing else goes through their doors then.
	if c.point.step == payment.StepAnnounced || c.point.due == ofService {
		d.arm(c.mishap, matches, struck)
		return struck
	}
	s.fail.at(c.point.step, func() { d.arm(c.mishap, matches, struck) })
	return struck
}

// due is the answer that is due after a step: the door that it goes through, and
// how to know it there.
func (s *stage) due(c cell, p *part) (*door, func(*http.Request) bool) {
	switch c.point.due {
	case ofPG:
		return s.pgs[c.code], byMethod(c.point.ask(c.code))
	case ofUs:
		return s.us, func(r *http.Request) bool { return r.URL.Path == p.path }
	case ofUsToPG:
		return s.us, func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/payments/webhooks/") }
	}
	return s.toService, func(*http.Request) bool { return true }
}

// revive starts a successor of the worker that has died.
func (s *stage) revive() {
	s.process = s.lane.start(s.listener, "")
	s.rescue()
}

// byMethod matches what a fault would.
func byMethod(f fault.Plan) func(*http.Request) bool {
	return func(r *http.Request) bool {
		ok, err := path.Match(f.Path, r.URL.Path)
		return ok && err == nil && r.Method == f.Method
	}
}
