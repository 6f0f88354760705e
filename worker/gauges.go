package worker

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/riverqueue/river"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/store"
	"github.com/samchon/payments-server/internal/webhook"
)

// ownMetrics are what is true of this process only, while it lives.
func ownMetrics(s *store.Store, version string) prometheus.Gatherer {
	reg := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "payments_build_info", Help: "What this worker was built from.",
		ConstLabels: prometheus.Labels{"commit": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	reg.MustRegister(build, poolCollector{s.Pool()},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

var (
	poolDesc = prometheus.NewDesc("payments_database_pool_connections",
		"Connections of this worker to the database.", []string{"state"}, nil)
	poolMaxDesc = prometheus.NewDesc("payments_database_pool_max_connections",
		"Connections that this worker may have.", nil, nil)
	poolWaitsDesc = prometheus.NewDesc("payments_database_pool_waits_total",
		"How often this worker found no free connection.", nil, nil)
	poolWaitDesc = prometheus.NewDesc("payments_database_pool_wait_seconds_total",
		"How long this worker has waited for a free connection.", nil, nil)
)

// poolCollector shows a connection pool.
type poolCollector struct{ pool *pgxpool.Pool }

func (poolCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{poolDesc, poolMaxDesc, poolWaitsDesc, poolWaitDesc} {
		ch <- d
	}
}

func (c poolCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.pool.Stat()
	gauge(ch, poolDesc, float64(s.AcquiredConns()), "acquired")
	gauge(ch, poolDesc, float64(s.IdleConns()), "idle")
	gauge(ch, poolDesc, float64(s.ConstructingConns()), "constructing")
	gauge(ch, poolMaxDesc, float64(s.MaxConns()))
	ch <- prometheus.MustNewConstMetric(poolWaitsDesc, prometheus.CounterValue, float64(s.EmptyAcquireCount()))
	ch <- prometheus.MustNewConstMetric(poolWaitDesc, prometheus.CounterValue, s.EmptyAcquireWaitTime().Seconds())
}

func gauge(ch chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// sharedMetrics are what is true of the database, which all workers share: one of them is asked.
func sharedMetrics(s *store.Store) prometheus.Gatherer {
	reg := prometheus.NewRegistry()
	reg.MustRegister(&backlogCollector{count: s.Backlog})
	return reg
}

const (
	// backlogLife keeps those who look often from having the database count often.
	backlogLife = 3 * time.Second
	// backlogTimeout is within what the supervisor waits for an answer.
	backlogTimeout = 700 * time.Millisecond
)

var (
	databaseUpDesc = prometheus.NewDesc("payments_database_up",
		"Whether the database answered when the backlog was counted.", nil, nil)
	webhooksDesc = prometheus.NewDesc("payments_webhooks_unfinished",
		"Webhooks that no service has taken: pending ones are sent again, dead ones are not.", []string{"state"}, nil)
	webhookAgeDesc = prometheus.NewDesc("payments_webhooks_oldest_pending_age_seconds",
		"Age of the oldest webhook that is still to be delivered.", nil, nil)
	intentsDesc = prometheus.NewDesc("payments_intents_unresolved",
		"Requests to payment gateways whose outcome is not written down yet.", []string{"state"}, nil)
	intentAgeDesc = prometheus.NewDesc("payments_intents_oldest_unresolved_age_seconds",
		"Age of the oldest request to a payment gateway whose outcome is not written down yet.", nil, nil)
	jobsDesc = prometheus.NewDesc("payments_jobs",
		"Background jobs that are not finished.", []string{"queue", "state"}, nil)
	jobOverdueDesc = prometheus.NewDesc("payments_jobs_overdue_seconds",
		"How long the longest waiting of the jobs that may run has waited to be taken.", []string{"queue"}, nil)
)

// backlogCollector shows what is yet to do.
type backlogCollector struct {
	count func(context.Context) (store.Backlog, error)

	mu      sync.Mutex
	counted time.Time
	last    store.Backlog
	err     error
}

// Describe implements prometheus.Collector.
func (*backlogCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{databaseUpDesc, webhooksDesc, webhookAgeDesc, intentsDesc, intentAgeDesc,
		jobsDesc, jobOverdueDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Without the database it says so and nothing else: an old figure would look
// like a fresh one.
func (c *backlogCollector) Collect(ch chan<- prometheus.Metric) {
	b, err := c.read()
	if err != nil {
		gauge(ch, databaseUpDesc, 0)
		return
	}
	gauge(ch, databaseUpDesc, 1)
	for _, state := range []webhook.State{webhook.Pending, webhook.Dead} {
		gauge(ch, webhooksDesc, float64(b.Webhooks[state].Many), string(state))
	}
	gauge(ch, webhookAgeDesc, b.Webhooks[webhook.Pending].Oldest.Seconds())
	oldest := time.Duration(0)
	for _, state := range []payment.IntentState{payment.StateSending, payment.StateUndoing} {
		gauge(ch, intentsDesc, float64(b.Intents[state].Many), string(state))
		oldest = max(oldest, b.Intents[state].Oldest)
	}
	gauge(ch, intentAgeDesc, oldest.Seconds())
	collectJobs(ch, b)
}

// collectJobs takes the webhooks for a queue like the others, which the couriers work.
func collectJobs(ch chan<- prometheus.Metric, b store.Backlog) {
	overdue := map[string]time.Duration{river.QueueDefault: 0, webhook.Queue: 0}
	for _, j := range b.Jobs {
		gauge(ch, jobsDesc, float64(j.Many), j.Queue, j.State)
		if _, ours := overdue[j.Queue]; ours && j.State == "available" {
			overdue[j.Queue] = j.Overdue
		}
	}
	overdue[webhook.Queue] = max(overdue[webhook.Queue], b.Overdue)
	for queue, wait := range overdue {
		gauge(ch, jobOverdueDesc, wait.Seconds(), queue)
	}
}

// read counts anew when the last count is old.
func (c *backlogCollector) read() (store.Backlog, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.counted) < backlogLife {
		return c.last, c.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), backlogTimeout)
	defer cancel()
	c.last, c.err = c.count(ctx)
	c.counted = time.Now()
	return c.last, c.err
}
