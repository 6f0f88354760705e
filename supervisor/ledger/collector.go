package ledger

import (
	"math"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

var fullDesc = prometheus.NewDesc("ledger_refused_series_total",
	"Series that found no room in the ledger: they are counted nowhere.", nil, nil)

// Describe sends nothing: which series there are is known when they are collected.
func (l *Ledger) Describe(chan<- *prometheus.Desc) {}

// Collect sends every series with its total over all processes.
func (l *Ledger) Collect(ch chan<- prometheus.Metric) {
	t := l.read()
	for key, n := range t.counters {
		desc, values := t.desc(key)
		ch <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n), values...)
	}
	for key, buckets := range t.buckets {
		desc, values := t.desc(key)
		count, cumulative := accumulate(buckets)
		ch <- prometheus.MustNewConstHistogram(desc, count, t.sums[key], cumulative, values...)
	}
	ch <- prometheus.MustNewConstMetric(fullDesc, prometheus.CounterValue, float64(l.table.header.full.Load()))
}

// totals is the table read once, with double entries added up.
type totals struct {
	help     map[string]string
	counters map[string]uint64
	buckets  map[string]map[float64]uint64
	sums     map[string]float64
}

func (l *Ledger) read() totals {
	t := totals{map[string]string{}, map[string]uint64{}, map[string]map[float64]uint64{}, map[string]float64{}}
	for r := range l.each {
		s, v := r.series(), r.value.Load()
		switch s.kind {
		case counterKind:
			t.counters[s.key] += v
		case sumKind:
			t.sums[s.key] += math.Float64frombits(v)
		case bucketKind:
			if t.buckets[s.key] == nil {
				t.buckets[s.key] = map[float64]uint64{}
			}
			t.buckets[s.key][math.Float64frombits(s.bound)] += v
		case helpKind:
			name, help, _ := strings.Cut(s.key, separator)
			t.help[name] = help // a newer build may word it differently: the last one counts
		}
	}
	return t
}

func (t totals) desc(key string) (*prometheus.Desc, []string) {
	parts := strings.Split(key, separator)
	var names, values []string
	for pair := range slices.Chunk(parts[1:], 2) {
		if len(pair) == 2 {
			names, values = append(names, pair[0]), append(values, pair[1])
		}
	}
	return prometheus.NewDesc(parts[0], t.help[parts[0]], names, nil), values
}

// accumulate turns buckets into Prometheus' cumulative ones; the infinite one is the count.
func accumulate(buckets map[float64]uint64) (uint64, map[float64]uint64) {
	bounds := make([]float64, 0, len(buckets))
	for b := range buckets {
		bounds = append(bounds, b)
	}
	slices.Sort(bounds)
	var count uint64
	cumulative := map[float64]uint64{}
	for _, b := range bounds {
		count += buckets[b]
		if !math.IsInf(b, 1) {
			cumulative[b] = count
		}
	}
	return count, cumulative
}
