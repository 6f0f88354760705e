package live

import (
	"math"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/samchon/payments-server/supervisor"
)

// Reading is what a supervisor told at one moment.
type Reading struct {
	At      time.Time
	Census  supervisor.Census
	metrics map[string]*dto.MetricFamily
}

// NewReading takes a census, and what was on /metrics with it.
func NewReading(at time.Time, c supervisor.Census, families []*dto.MetricFamily) Reading {
	r := Reading{At: at, Census: c, metrics: map[string]*dto.MetricFamily{}}
	for _, f := range families {
		r.metrics[f.GetName()] = f
	}
	return r
}

// pick chooses series by their labels.
type pick func(label func(name string) string) bool

func all(func(string) string) bool { return true }

func with(name, value string) pick {
	return func(label func(string) string) bool { return label(name) == value }
}

func (p pick) and(q pick) pick {
	return func(label func(string) string) bool { return p(label) && q(label) }
}

func (r Reading) each(name string, p pick, yield func(*dto.Metric)) {
	for _, m := range r.metrics[name].GetMetric() {
		if p(labelOf(m)) {
			yield(m)
		}
	}
}

func labelOf(m *dto.Metric) func(string) string {
	return func(name string) string {
		for _, l := range m.Label {
			if l.GetName() == name {
				return l.GetValue()
			}
		}
		return ""
	}
}

// sum adds up counters and gauges.
func (r Reading) sum(name string, p pick) (total float64) {
	r.each(name, p, func(m *dto.Metric) { total += m.GetCounter().GetValue() + m.GetGauge().GetValue() })
	return total
}

// values lists the values of a label.
func (r Reading) values(name, label string) (found []string) {
	r.each(name, all, func(m *dto.Metric) {
		if v := labelOf(m)(label); !slices.Contains(found, v) {
			found = append(found, v)
		}
	})
	slices.Sort(found)
	return found
}

// buckets adds up histograms: how many observations were at most of a bound.
func (r Reading) buckets(name string, p pick) map[float64]float64 {
	total := map[float64]float64{}
	r.each(name, p, func(m *dto.Metric) {
		for _, b := range m.GetHistogram().GetBucket() {
			total[b.GetUpperBound()] += float64(b.GetCumulativeCount())
		}
		total[math.Inf(1)] += float64(m.GetHistogram().GetSampleCount())
	})
	return total
}

// quantile estimates one as Prometheus' histogram_quantile does, by a straight line through the bucket that it is in.
// It is nil where nothing was observed.
func quantile(q float64, cumulative map[float64]float64) *float64 {
	bounds := make([]float64, 0, len(cumulative))
	for b := range cumulative {
		bounds = append(bounds, b)
	}
	slices.Sort(bounds)
	if len(bounds) == 0 || cumulative[bounds[len(bounds)-1]] <= 0 {
		return nil
	}
	rank := q * cumulative[bounds[len(bounds)-1]]
	below, lower := 0.0, 0.0
	for _, upper := range bounds {
		n := cumulative[upper]
		if n >= rank && !math.IsInf(upper, 1) {
			v := lower + (upper-lower)*(rank-below)/(n-below)
			return &v
		}
		if !math.IsInf(upper, 1) {
			below, lower = n, upper
		}
	}
	return &lower // beyond the last bound: at least that
}
