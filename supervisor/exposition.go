package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/samchon/payments-server/supervisor/handover"
)

// metricsTimeout bounds the wait for the workers' own metrics. Who does not answer by then is left out and shown as
// not up: a hung worker must not hide the others, nor the totals, which need no worker.
const metricsTimeout = time.Second

// exposition is everything on /metrics: our own figures, the ledger's totals, and what is true of living workers only,
// which each of them is asked for. What is true of something that they share, such as the database, one of them tells,
// so that nothing is counted twice.
type exposition struct {
	s   *supervisor
	own prometheus.Gatherer
}

// respondent is a worker that is asked for metrics.
type respondent struct {
	link               *handover.Link
	generation, worker string
	shared             bool // it speaks for all
}

// Gather implements prometheus.Gatherer.
func (e exposition) Gather() ([]*dto.MetricFamily, error) {
	families, err := e.own.Gather()
	if e.s.o.Metrics == "" {
		return families, err
	}
	m := merger{of: map[string]*dto.MetricFamily{}}
	m.add(families)
	for _, told := range e.s.askForMetrics() {
		m.add(told)
	}
	slices.SortFunc(m.families, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
	return m.families, err
}

// merger puts families of one name together. Two builds may word a help text differently, the first one counts; what
// differs in type cannot be shown under one name, and the first one counts too.
type merger struct {
	families []*dto.MetricFamily
	of       map[string]*dto.MetricFamily
}

func (m *merger) add(families []*dto.MetricFamily) {
	for _, f := range families {
		known := m.of[f.GetName()]
		switch {
		case known == nil:
			m.of[f.GetName()] = f
			m.families = append(m.families, f)
		case known.GetType() == f.GetType():
			known.Metric = append(known.Metric, f.Metric...)
		}
	}
}

// askForMetrics asks all workers at once.
func (s *supervisor) askForMetrics() [][]*dto.MetricFamily {
	ctx, cancel := context.WithTimeout(context.Background(), metricsTimeout)
	defer cancel()
	var (
		asking sync.WaitGroup
		mu     sync.Mutex
		told   [][]*dto.MetricFamily
	)
	tell := func(families []*dto.MetricFamily) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, families)
	}
	for _, r := range s.respondents() {
		asking.Go(func() {
			families, err := metricsOf(ctx, r.link, s.o.Metrics)
			tell(append(r.label(families), r.up(err == nil)))
		})
		if r.shared && s.o.SharedMetrics != "" {
			asking.Go(func() {
				families, _ := metricsOf(ctx, r.link, s.o.SharedMetrics) // no answer: not shown
				tell(families)
			})
		}
	}
	asking.Wait()
	return told
}

// respondents are the living workers that have been ready. The oldest that has the traffic, and answers, speaks for
// all.
func (s *supervisor) respondents() (list []respondent) {
	s.ask(func() {
		chosen := false
		for _, g := range s.generations {
			for _, p := range g.workers {
				if !p.ready || p.gone || p.left {
					continue
				}
				r := respondent{link: p.link, generation: strconv.Itoa(g.number), worker: strconv.Itoa(p.slot)}
				r.shared = !chosen && g == s.current && p.misses == 0
				chosen = chosen || r.shared
				list = append(list, r)
			}
		}
	})
	return list
}

// label says whose figures these are.
func (r respondent) label(families []*dto.MetricFamily) []*dto.MetricFamily {
	generation, worker := "generation", "worker"
	for _, f := range families {
		for _, m := range f.Metric {
			m.Label = append(m.Label, &dto.LabelPair{Name: &generation, Value: &r.generation},
				&dto.LabelPair{Name: &worker, Value: &r.worker})
			slices.SortFunc(m.Label, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })
		}
	}
	return families
}

func (r respondent) up(up bool) *dto.MetricFamily {
	name, help, kind, value := "supervisor_worker_up", "Whether the worker answered when it was asked for its metrics.",
		dto.MetricType_GAUGE, 0.0
	if up {
		value = 1
	}
	f := &dto.MetricFamily{Name: &name, Help: &help, Type: &kind,
		Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: &value}}}}
	return r.label([]*dto.MetricFamily{f})[0]
}

func metricsOf(ctx context.Context, link *handover.Link, path string) (families []*dto.MetricFamily, err error) {
	format := expfmt.NewFormat(expfmt.TypeProtoDelim) // a third of the time that text takes to read
	res, err := putTo(ctx, link, path, http.Header{"Accept": {string(format)}})
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask worker for metrics: answered %s", res.Status)
	}
	for decoder := expfmt.NewDecoder(res.Body, expfmt.ResponseFormat(res.Header)); ; {
		f := new(dto.MetricFamily)
		switch err := decoder.Decode(f); {
		case errors.Is(err, io.EOF):
			return families, nil
		case err != nil:
			return nil, fmt.Errorf("read a worker's metrics: %w", err)
		}
		families = append(families, f)
	}
}
