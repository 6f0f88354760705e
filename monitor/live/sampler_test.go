package live

import (
	"math"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/samchon/payments-server/supervisor"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// read is a reading some seconds after noon, of a supervisor with one worker.
func read(t *testing.T, after time.Duration, text string) Reading {
	t.Helper()
	p := expfmt.NewTextParser(model.UTF8Validation)
	byName, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var families []*dto.MetricFamily
	for _, f := range byName {
		families = append(families, f)
	}
	return NewReading(noon.Add(after), supervisor.Census{PID: 1, Ready: true, Generations: []supervisor.Generation{
		{Number: 7, Commit: "c0ffee", State: supervisor.Blessed, Busy: 3,
			Workers: []supervisor.Worker{{Slot: 1, PID: 2, Busy: 3}}},
	}}, families)
}

func TestSampler(t *testing.T) {
	t.Parallel()
	var s Sampler
	first := s.Sample(read(t, 0, `
# TYPE payments_http_requests_total counter
payments_http_requests_total{route="/a",method="GET",code="200"} 100
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total{generation="7",worker="1"} 5
process_cpu_seconds_total 900
# TYPE process_start_time_seconds gauge
process_start_time_seconds{generation="7",worker="1"} 1
`))
	if first.Traffic != nil || first.Backlog != nil || first.Workers[0].CPU != nil {
		t.Errorf("the first reading has rates: %+v", first)
	}
	got := s.Sample(read(t, 2*time.Second, `
# TYPE payments_http_requests_total counter
payments_http_requests_total{route="/a",method="GET",code="200"} 110
payments_http_requests_total{route="/a",method="GET",code="503"} 4
payments_http_requests_total{route="/b",method="GET",code="404"} 20
# TYPE payments_http_request_duration_seconds histogram
payments_http_request_duration_seconds_bucket{route="/a",le="0.1"} 50
payments_http_request_duration_seconds_bucket{route="/a",le="0.2"} 100
payments_http_request_duration_seconds_bucket{route="/a",le="+Inf"} 100
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total{generation="7",worker="1"} 6
process_cpu_seconds_total 901
# TYPE process_start_time_seconds gauge
process_start_time_seconds{generation="7",worker="1"} 1
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes{generation="7",worker="1"} 4096
process_resident_memory_bytes 1
# TYPE supervisor_worker_up gauge
supervisor_worker_up{generation="7",worker="1"} 1
# TYPE payments_pg_requests_total counter
payments_pg_requests_total{vendor="iamport",operation="lookup",outcome="unknown"} 8
# TYPE payments_database_up gauge
payments_database_up 1
# TYPE payments_webhooks_unfinished gauge
payments_webhooks_unfinished{state="dead"} 3
payments_webhooks_unfinished{state="pending"} 9
# TYPE payments_jobs_overdue_seconds gauge
payments_jobs_overdue_seconds{queue="a"} 4
payments_jobs_overdue_seconds{queue="b"} 1
`))
	if tr := got.Traffic; tr.Requests != 17 || tr.Errors != 2 || tr.Refused != 10 || tr.Busy != 3 || *tr.Median != 0.1 ||
		math.Abs(*tr.P99-0.198) > 1e-9 {
		t.Errorf("traffic %+v, median %v, p99 %v", *tr, *tr.Median, *tr.P99)
	}
	if w := got.Workers[0]; !w.Up || *w.CPU != 0.5 || w.Memory != 4096 || w.Busy != 3 || w.Generation != 7 {
		t.Errorf("worker %+v", w)
	}
	if len(got.Routes) != 2 || got.Routes[0].Route != "/b" || got.Routes[1].Errors != 2 {
		t.Errorf("routes %+v", got.Routes)
	}
	if len(got.Gateways) != 1 || got.Gateways[0].Unknown != 4 {
		t.Errorf("gateways %+v", got.Gateways)
	}
	if b := got.Backlog; b == nil || b.Dead != 3 || b.Pending != 9 || b.JobsOverdue != 4 {
		t.Errorf("backlog %+v", got.Backlog)
	}
	if got.Commit.Hash != "c0ffee" {
		t.Errorf("commit %+v", got.Commit)
	}
}

func TestSampler_ForgetsWhatIsLongAgo(t *testing.T) {
	t.Parallel()
	var s Sampler
	const counter = "# TYPE payments_http_requests_total counter\npayments_http_requests_total "
	s.Sample(read(t, 0, counter+"0\n"))
	s.Sample(read(t, 6*time.Second, counter+"1000\n"))
	if got := s.Sample(read(t, 8*time.Second, counter+"1010\n")); got.Traffic.Requests != 5 {
		t.Errorf("%v requests/s, want 5", got.Traffic.Requests)
	}
}

func TestSampler_KnowsNoRateOfAProcessThatWasReplaced(t *testing.T) {
	t.Parallel()
	var s Sampler
	const worker = `{generation="7",worker="1"} `
	cpu := func(seconds, born string) string {
		return "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total" + worker + seconds +
			"\n# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds" + worker + born + "\n"
	}
	s.Sample(read(t, 0, cpu("50", "1")))
	if got := s.Sample(read(t, time.Second, cpu("2", "2"))); got.Workers[0].CPU != nil {
		t.Errorf("a new process uses %v cores", *got.Workers[0].CPU)
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	inf := math.Inf(1)
	for name, c := range map[string]struct {
		q    float64
		in   map[float64]float64
		want float64 // negative: unknown
	}{
		"OfNothing":          {.5, nil, -1},
		"OfNoObservation":    {.5, map[float64]float64{1: 0, inf: 0}, -1},
		"InTheFirstBucket":   {.5, map[float64]float64{1: 10, 2: 10, inf: 10}, .5},
		"BetweenBounds":      {.75, map[float64]float64{1: 5, 2: 10, inf: 10}, 1.5},
		"BeyondTheLastBound": {.99, map[float64]float64{1: 5, 2: 5, inf: 10}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := quantile(c.q, c.in)
			if (got == nil) != (c.want < 0) || got != nil && math.Abs(*got-c.want) > 1e-9 {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
