package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/samchon/payments-server/api"
)

// TestMetrics compares the names, types, labels and help texts of a system at work with docs/metrics.md.
func TestMetrics_AreThoseOfTheHandbook(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	server := s.start(t)
	query(t, databaseIn(t, server), `INSERT INTO payments.river_job (kind, args, max_attempts, state, scheduled_at)
		VALUES ('tidy', '{}', 1, 'scheduled', now() + interval '1 day') RETURNING id`) // the others hardly wait
	shop := s.shop(t)
	for _, vendor := range []api.VendorCode{api.Iamport, api.Toss} {
		if err := shop.serve(t.Context(), vendor); err != nil {
			t.Fatal(err)
		}
	}
	text := s.metricsWithData(t)
	check := exec.CommandContext(t.Context(), prometheusProgram(t, "promtool"), "check", "metrics")
	check.Stdin = strings.NewReader(text)
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
	const golden = "docs/metrics.md"
	head, _, _ := strings.Cut(string(readFile(t, golden)), "| metric |")
	got := head + describe(t, text)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(readFile(t, golden)), got); diff != "" {
		t.Errorf("metrics changed; if so they shall, run go test . -run TestMetrics -update\n%s", diff)
	}
}

// subjects are what /metrics has to tell of a machine at work. The figures of the first are more than nothing; of the
// second there is nothing to do, which has to be said, too.
var (
	subjects = []string{
		`payments_http_requests_total{route="/payments/histories",method="POST",code="201"}`,
		`payments_http_request_duration_seconds_count{route="/payments/histories"}`,
		`payments_pg_requests_total{vendor="iamport",operation="capture",outcome="done"}`,
		`payments_pg_requests_total{vendor="toss.payments",operation="refund",outcome="declined"}`,
		`payments_pg_request_duration_seconds_count{vendor="iamport"}`,
		`payments_pg_request_duration_seconds_count{vendor="toss.payments"}`,
		`payments_webhook_attempts_total{outcome="delivered"}`, `payments_webhook_attempts_total{outcome="retried"}`,
		`payments_webhooks_unfinished{state="pending"}`, `payments_webhooks_oldest_pending_age_seconds`,
		`payments_intents_settled_total{outcome="done"}`,
		`payments_password_checks_total{outcome="hit"}`, `payments_password_checks_total{outcome="miss"}`, `payments_passwords_wrong_total`,
		`payments_database_up`, `payments_database_pool_connections`, `payments_database_pool_max_connections`,
		`payments_jobs{queue="default"}`,
		`process_cpu_seconds_total{worker="1"}`, `process_resident_memory_bytes{worker="2"}`, `process_open_fds{worker="1"}`,
		`go_goroutines{worker="2"}`, `process_resident_memory_bytes{worker=""}`,
		`supervisor_worker_up{worker="1"}`, `supervisor_workers{state="blessed"}`, `supervisor_generation`,
		`supervisor_handovers_total{outcome="blessed"}`, `supervisor_last_handover_timestamp_seconds`,
		`supervisor_last_handover_ready_seconds`, `payments_build_info{generation="1"}`,
	}
	quiet = []string{
		`payments_intents_unresolved{state="sending"}`, `payments_intents_oldest_unresolved_age_seconds`,
		`payments_jobs_overdue_seconds{queue="webhooks"}`, `payments_password_checks_total{outcome="refused"}`,
		`payments_webhook_attempts_total{outcome="dead"}`, `payments_database_pool_waits_total`,
		`supervisor_connections{state="draining",doing="busy"}`, `supervisor_handover_connections_total{how="forced"}`,
		`supervisor_last_handover_drain_seconds`, `supervisor_last_handover_in_flight_requests`,
		`supervisor_worker_deaths_total`, `ledger_refused_series_total`,
	}
)

// metricsWithData waits: webhooks take their time, and a worker or the database that is busy is left out of an answer.
func (s *system) metricsWithData(t *testing.T) (text string) {
	t.Helper()
	var missing []string
	defer func() {
		if t.Failed() {
			t.Logf("without data: %q", missing)
		}
	}()
	await(t, "/metrics tells of everything", func() bool {
		text = s.metrics(t)
		told := parse(t, text)
		missing = slices.DeleteFunc(slices.Clone(subjects), func(series string) bool { sum, ok := told.sum(series); return ok && sum > 0 })
		missing = append(missing, slices.DeleteFunc(slices.Clone(quiet), func(series string) bool { _, ok := told.sum(series); return ok })...)
		return len(missing) == 0
	})
	return text
}

type families map[string]*dto.MetricFamily

func parse(t *testing.T, text string) families {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	told, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// sum adds up the series with these labels, name{label="value",…}, if there are any.
func (f families) sum(series string) (sum float64, ok bool) {
	name, rest, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
	for _, m := range f[strings.TrimSuffix(name, "_count")].GetMetric() {
		has := map[string]string{}
		for _, l := range m.Label {
			has[l.GetName()] = l.GetValue()
		}
		wanted := true
		for _, pair := range strings.FieldsFunc(rest, func(r rune) bool { return r == ',' }) {
			label, value, _ := strings.Cut(pair, "=")
			wanted = wanted && has[label] == strings.Trim(value, `"`)
		}
		if wanted {
			ok = true
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return sum, ok
}

func (s *system) metrics(t *testing.T) string {
	t.Helper()
	res, err := http.Get("http://127.0.0.1:" + s.ports["ADMIN_PORT"] + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// describe makes a table of the metrics that are our own.
func describe(t *testing.T, text string) string {
	t.Helper()
	var rows []string
	for name, f := range parse(t, text) {
		if !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") {
			rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |\n", name, strings.ToLower(f.GetType().String()),
				labels(f.Metric[0]), f.GetHelp()))
		}
	}
	slices.Sort(rows)
	return "| metric | type | labels | what it is |\n| --- | --- | --- | --- |\n" + strings.Join(rows, "")
}

func labels(m *dto.Metric) string {
	var names []string
	for _, l := range m.Label {
		names = append(names, l.GetName())
	}
	return strings.Join(names, ", ")
}
