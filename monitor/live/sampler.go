package live

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/samchon/payments-server/supervisor"
)

// window is how far back rates look: long enough to be calm, short enough to be now.
const window = 5 * time.Second

// Sampler makes samples of readings. Several may use it at once.
type Sampler struct {
	mu       sync.Mutex
	readings []Reading // of the window, oldest first
}

// Sample compares a reading with those before it.
func (s *Sampler) Sample(now Reading) Sample {
	p := period{then: s.remember(now), now: now}
	c := now.Census
	out := Sample{
		At: now.At, PID: c.PID, Since: c.Since, API: c.API, Ready: c.Ready, Generations: c.Generations, Receipts: c.Receipts,
		Workers: p.workers(), Routes: []Route{}, Gateways: []Gateway{}, Backlog: p.backlog(),
	}
	for _, g := range c.Generations {
		if g.State == supervisor.Blessed || g.State == supervisor.Probation {
			out.Commit.Hash = g.Commit
		}
	}
	if p.seconds() > 0 {
		out.Traffic, out.Routes, out.Gateways = p.traffic(), p.routes(), p.gateways()
	}
	return out
}

// remember returns the oldest reading of the window. One of a supervisor before this one would not do: its census is
// another's, though its totals are conserved.
func (s *Sampler) remember(now Reading) Reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readings = slices.DeleteFunc(append(s.readings, now), func(r Reading) bool {
		return now.At.Sub(r.At) > window || r.Census.PID != now.Census.PID
	})
	return s.readings[0]
}

// period is the time between two readings.
type period struct{ then, now Reading }

func (p period) seconds() float64 { return p.now.At.Sub(p.then.At).Seconds() }

// rate is how fast a total grows.
func (p period) rate(name string, pick pick) float64 {
	return max(0, p.now.sum(name, pick)-p.then.sum(name, pick)) / p.seconds()
}

func (p period) quantile(q float64, name string, pick pick) *float64 {
	grown, before := p.now.buckets(name, pick), p.then.buckets(name, pick)
	for bound := range grown {
		grown[bound] -= before[bound]
	}
	return quantile(q, grown)
}

func (p period) workers() []Worker {
	workers := []Worker{}
	for _, g := range p.now.Census.Generations {
		for _, w := range g.Workers {
			mine := with("generation", strconv.Itoa(g.Number)).and(with("worker", strconv.Itoa(w.Slot)))
			workers = append(workers, Worker{
				Generation: g.Number, Slot: w.Slot, PID: w.PID, State: g.State, Idle: w.Idle, Busy: w.Busy,
				Up: p.now.sum("supervisor_worker_up", mine) == 1, CPU: p.cpu(mine),
				Memory:     p.now.sum("process_resident_memory_bytes", mine),
				Goroutines: p.now.sum("go_goroutines", mine),
				Files:      p.now.sum("process_open_fds", mine),
			})
		}
	}
	return workers
}

// cpu is nil for a process that is new, or that was started again meanwhile.
func (p period) cpu(mine pick) *float64 {
	const name, born = "process_cpu_seconds_total", "process_start_time_seconds"
	if p.seconds() == 0 || p.now.sum(name, mine) == 0 || p.now.sum(born, mine) != p.then.sum(born, mine) {
		return nil
	}
	cores := p.rate(name, mine)
	return &cores
}

const (
	requests  = "payments_http_requests_total"
	durations = "payments_http_request_duration_seconds"
)

func class(digit byte) pick {
	return func(label func(string) string) bool { return strings.HasPrefix(label("code"), string(digit)) }
}

func (p period) traffic() *Traffic {
	t := &Traffic{
		Requests: p.rate(requests, all), Refused: p.rate(requests, class('4')), Errors: p.rate(requests, class('5')),
		Median: p.quantile(.5, durations, all), P99: p.quantile(.99, durations, all),
	}
	for _, g := range p.now.Census.Generations {
		t.Busy += g.Busy
	}
	return t
}

func (p period) routes() []Route {
	routes := []Route{}
	for _, name := range p.now.values(requests, "route") {
		on := with("route", name)
		r := Route{Route: name, Requests: p.rate(requests, on), Errors: p.rate(requests, on.and(class('5'))),
			P99: p.quantile(.99, durations, on)}
		if r.Requests > 0 {
			routes = append(routes, r)
		}
	}
	slices.SortStableFunc(routes, func(a, b Route) int { return cmp.Compare(b.Requests, a.Requests) })
	return routes
}

func (p period) gateways() []Gateway {
	const calls, took = "payments_pg_requests_total", "payments_pg_request_duration_seconds"
	gateways := []Gateway{}
	for _, vendor := range p.now.values(calls, "vendor") {
		of := with("vendor", vendor)
		gateways = append(gateways, Gateway{
			Vendor: vendor, Calls: p.rate(calls, of), P99: p.quantile(.99, took, of),
			Declined: p.rate(calls, of.and(with("outcome", "declined"))),
			Unknown:  p.rate(calls, of.and(with("outcome", "unknown"))),
		})
	}
	return gateways
}

func (p period) backlog() *Backlog {
	if p.now.sum("payments_database_up", all) != 1 {
		return nil
	}
	const webhooks, attempts = "payments_webhooks_unfinished", "payments_webhook_attempts_total"
	b := &Backlog{
		Pending:    p.now.sum(webhooks, with("state", "pending")),
		PendingAge: p.now.sum("payments_webhooks_oldest_pending_age_seconds", all),
		Dead:       p.now.sum(webhooks, with("state", "dead")),
		Intents:    p.now.sum("payments_intents_unresolved", all),
		IntentAge:  p.now.sum("payments_intents_oldest_unresolved_age_seconds", all),
	}
	for _, queue := range p.now.values("payments_jobs_overdue_seconds", "queue") {
		b.JobsOverdue = max(b.JobsOverdue, p.now.sum("payments_jobs_overdue_seconds", with("queue", queue)))
	}
	if p.seconds() > 0 {
		b.Deliveries = p.rate(attempts, with("outcome", "delivered"))
		b.Retried = p.rate(attempts, with("outcome", "retried"))
	}
	return b
}
