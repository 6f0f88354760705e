package worker_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/iamport"
)

var (
	chaosSeed   = flag.Uint64("chaos.seed", 0, "what TestChaos draws from; 0 draws a seed too")
	chaosOrders = flag.Int("chaos.orders", 20, "orders that TestChaos lives through")
)

// shoppers is how many orders are under way at a time.
const shoppers = 6

// TestChaos pays, refunds and reserves through two worker processes that are
// killed at random, and PGs that lose, delay and repeat, and then compares all
// books. The seed decides what is tried and what goes wrong; what coincides with
// what is up to the machine.
func TestChaos(t *testing.T) {
	t.Parallel()
	seed := *chaosSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("make chaos SEED=%d N=%d", seed, *chaosOrders)
	s := newStorm(t, seed)
	s.startWorkers()
	s.rage(*chaosOrders)
	s.calmDown()
	s.insist()
	s.settle(s.rescue, time.Second)
	s.check()
	s.checkReplays()
	s.report()
}

// storm is a world in which nothing can be relied on.
type storm struct {
	*world
	seed     uint64
	listener *os.File
	workers  [2]*process
	client   *http.Client
	orders   []*order
	kills    int
}

func newStorm(t *testing.T, seed uint64) *storm {
	// A PG repeats its webhooks for days; the workers are back sooner.
	repeat := slices.Repeat([]time.Duration{250 * time.Millisecond}, 100)
	s := &storm{world: newSurroundings(t, repeat...), seed: seed}
	// A connection for each request: net/http repeats by itself what it sent on a
	// connection that dies.
	s.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	s.listener = s.listen()
	t.Cleanup(func() { _ = s.listener.Close() })
	return s
}

func (s *storm) startWorkers() {
	for i := range s.workers {
		s.workers[i] = s.start(s.listener, "")
	}
}

// rage lets the orders live while workers die.
func (s *storm) rage(orders int) {
	s.misbehave()
	ctx, cancel := context.WithCancel(s.t.Context())
	var killer sync.WaitGroup
	killer.Go(func() { s.killWorkers(ctx) })
	s.serveOrders(orders)
	cancel()
	killer.Wait()
}

// serveOrders lives through orders, a few at a time.
func (s *storm) serveOrders(orders int) {
	var clients sync.WaitGroup
	free := make(chan struct{}, shoppers)
	for n := range orders {
		free <- struct{}{}
		o := s.newOrder(n)
		s.orders = append(s.orders, o)
		clients.Go(func() {
			defer func() { <-free }()
			o.live()
		})
	}
	clients.Wait()
}

// misbehave has the PGs do wrong what they can.
func (s *storm) misbehave() {
	s.fakeIamport.Faults().Seed(s.seed)
	s.fakeToss.Faults().Seed(s.seed)
	short := clock.Duration(150 * time.Millisecond)
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		for _, path := range moneyPaths(code) {
			for _, f := range moneyFaults {
				f.Rate = 0.03
				s.on(path, f, code)
			}
			s.on(path, fault.Plan{Kind: fault.Stall, Rate: 0.06, Delay: short, RealTime: true}, code)
			s.on(path, fault.Plan{Kind: fault.Delay, Rate: 0.06, Delay: short, RealTime: true}, code)
		}
		anything := fault.Plan{Method: "POST"}
		s.on(anything, fault.Plan{Kind: fault.DuplicateWebhook, Rate: 0.2}, code)
		s.on(anything, fault.Plan{Kind: fault.ReorderWebhook, Rate: 0.1}, code)
		s.on(anything, fault.Plan{Kind: fault.LateWebhook, Rate: 0.1, Delay: 2 * short}, code)
	}
	s.on(capturePath(api.Iamport), fault.Plan{Kind: fault.ExpireToken, Rate: 0.05}, api.Iamport)
}

// moneyPaths are the requests that a worker makes, and no shop.
func moneyPaths(code api.VendorCode) []fault.Plan {
	if code == api.Iamport {
		return []fault.Plan{capturePath(code), cancelPath(code), billingPath(code)}
	}
	return []fault.Plan{
		capturePath(code), cancelPath(code), lookPath(code),
		{Method: "POST", Path: "/v1/billing/authorizations/????????-*"}, // a key, and not the shop's /card
	}
}

// killWorkers kills one worker now and then, and sometimes both.
func (s *storm) killWorkers(ctx context.Context) {
	dice := rand.New(rand.NewPCG(s.seed, 1))
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(100+dice.IntN(700)) * time.Millisecond):
		}
		victim, both := dice.IntN(len(s.workers)), dice.IntN(5) == 0
		for i, p := range s.workers {
			if i == victim || both {
				p.kill()
				s.kills++
			}
		}
		for i := range s.workers {
			if i == victim || both {
				s.workers[i] = s.start(s.listener, "")
			}
		}
		s.rescue()
	}
}

// calmDown ends all faults, delivers what a PG would have delivered within days,
// and waits until nothing is left to do.
func (s *storm) calmDown() {
	s.calm()
	for _, hook := range s.fakeIamport.Webhooks() {
		s.resend(s.fakeIamport.URL(), hook)
	}
	for _, hook := range s.fakeToss.Webhooks() {
		s.resend(s.fakeToss.URL(), hook)
	}
	s.settle(s.rescue, time.Second)
}

// resend delivers what a PG still holds back.
func (s *storm) resend(fake string, hook iamport.Webhook) {
	if hook.State != "held" && hook.State != "failed" {
		return
	}
	answer := mustv(http.Post(fmt.Sprintf("%s/__fake/webhooks/%d/resend", fake, hook.ID), "", nil))(s.t)
	must(s.t, answer.Body.Close())
}
