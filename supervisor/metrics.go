package supervisor

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/samchon/payments-server/supervisor/ledger"
)

// gatherer is everything on /metrics.
func (s *supervisor) gatherer() prometheus.Gatherer {
	own := prometheus.NewRegistry()
	own.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		s.sockets.ledger, censusCollector{s})
	own.MustRegister(s.o.Collectors...)
	return exposition{s, own}
}

// The supervisor's own counts; enterCounts enters them at once, because a series that begins with its first event hides
// that event from rate().

func (s *supervisor) handovers(outcome State) ledger.Counter {
	return s.sockets.ledger.Counter("supervisor_handovers_total", "Generations by how they ended.", "outcome",
		string(outcome))
}

func (s *supervisor) parted(how string) ledger.Counter {
	return s.sockets.ledger.Counter("supervisor_handover_connections_total",
		"Connections of leaving workers by what became of them.", "how", how)
}

func (s *supervisor) deaths() ledger.Counter {
	return s.sockets.ledger.Counter("supervisor_worker_deaths_total", "Workers that died without being told to leave.")
}

func (s *supervisor) enterCounts() {
	s.handovers(Blessed)
	s.handovers(Failed)
	for _, how := range []string{"moved", "closed", "forced"} {
		s.parted(how)
	}
	s.deaths()
}

var (
	workersDesc = prometheus.NewDesc("supervisor_workers",
		"Living workers, by the state of their generation.", []string{"state"}, nil)
	connectionsDesc = prometheus.NewDesc("supervisor_connections",
		"Open API connections, by the state of their generation.", []string{"state", "doing"}, nil)
	generationDesc = prometheus.NewDesc("supervisor_generation", "The generation that has the traffic.", nil, nil)

	lastAtDesc = prometheus.NewDesc("supervisor_last_handover_timestamp_seconds",
		"When the last handover began.", nil, nil)
	lastReadyDesc = prometheus.NewDesc("supervisor_last_handover_ready_seconds",
		"How long the last generation took until it was ready.", nil, nil)
	lastDrainDesc = prometheus.NewDesc("supervisor_last_handover_drain_seconds",
		"How long it took until the generation before it had no idle connection left.", nil, nil)
	lastInFlightDesc = prometheus.NewDesc("supervisor_last_handover_in_flight_requests",
		"Requests in progress when the traffic was switched.", nil, nil)
)

// censusCollector shows what is true of living processes; what has happened stands in the ledger.
type censusCollector struct{ s *supervisor }

func (censusCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{workersDesc, connectionsDesc, generationDesc,
		lastAtDesc, lastReadyDesc, lastDrainDesc, lastInFlightDesc} {
		ch <- d
	}
}

func (c censusCollector) Collect(ch chan<- prometheus.Metric) {
	census := c.s.census()
	workers, idle, busy, serving := map[State]int{}, map[State]int{}, map[State]int{}, 0
	for _, g := range census.Generations {
		workers[g.State] += len(g.Workers)
		idle[g.State] += g.Idle
		busy[g.State] += g.Busy
		if g.State == Probation || g.State == Blessed {
			serving = g.Number
		}
	}
	for _, state := range []State{Starting, Probation, Blessed, Draining, Failed} {
		gauge(ch, workersDesc, float64(workers[state]), string(state))
		gauge(ch, connectionsDesc, float64(idle[state]), string(state), "idle")
		gauge(ch, connectionsDesc, float64(busy[state]), string(state), "busy")
	}
	gauge(ch, generationDesc, float64(serving))
	if n := len(census.Receipts); n > 0 {
		last := census.Receipts[n-1]
		gauge(ch, lastAtDesc, float64(last.At.UnixMilli())/1e3)
		gauge(ch, lastReadyDesc, last.ReadyMillis/1e3)
		gauge(ch, lastDrainDesc, last.DrainMillis/1e3)
		gauge(ch, lastInFlightDesc, float64(last.InFlight))
	}
}

func gauge(ch chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}
