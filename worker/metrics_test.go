package worker_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/supervisor/ledger"
)

// newCountedWorld is a world whose worker counts.
func newCountedWorld(t *testing.T) *world {
	t.Helper()
	w := newSurroundings(t)
	w.counters = mustv(ledger.New())(t)
	w.open()
	return w
}

// counted is the sum of a counter, or a histogram's count, over all series that have these labels (name, value, …).
func (w *world) counted(name string, labels ...string) (sum float64) {
	w.t.Helper()
	for _, m := range w.series(name) {
		if has(m, labels) {
			sum += m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return sum
}

func (w *world) series(name string) []*dto.Metric {
	w.t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(w.counters)
	for _, f := range mustv(reg.Gather())(w.t) {
		if f.GetName() == name {
			return f.Metric
		}
	}
	w.t.Fatalf("there is no metric %s", name)
	return nil
}

func has(m *dto.Metric, labels []string) bool {
	for want := range slices.Chunk(labels, 2) {
		if !slices.ContainsFunc(m.Label, func(l *dto.LabelPair) bool {
			return l.GetName() == want[0] &&
				l.GetValue() == want[1]
		}) {
			return false
		}
	}
	return true
}

func (w *world) mustCount(want float64, name string, labels ...string) {
	w.t.Helper()
	if got := w.counted(name, labels...); got != want {
		w.t.Errorf("%s%q is %v, want %v", name, labels, got, want)
	}
}

func TestMetrics_CountAPaymentFromEndToEnd(t *testing.T) {
	t.Parallel()
	w := newCountedWorld(t)
	source := w.source()
	h := w.mustStore(w.storing(api.Toss, w.tossCard(source.ID, 1000), source, 1000))
	var out seen
	for _, password := range []string{somePassword, somePassword, "guess"} {
		_ = w.call("PATCH", "/histories/"+h.ID, api.Password{Password: password}, &out)
	}
	cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2000), Reason: "r"}
	if p := w.call("PUT", "/payments/histories/cancel", cancel, &out); p == nil {
		t.Fatal("more than the balance was refunded")
	}
	cancel.Price = money.New(400)
	if p := w.call("PUT", "/payments/histories/cancel", cancel, &out); p != nil {
		t.Fatal(p)
	}

	const requests = "payments_http_requests_total"
	w.mustCount(1, requests, "route", "/payments/histories", "method", "POST", "code", "201")
	w.mustCount(2, requests, "route", "/histories/{id}", "method", "PATCH", "code", "200")
	w.mustCount(1, requests, "route", "/histories/{id}", "method", "PATCH", "code", "403")
	w.mustCount(1, requests, "route", "/payments/histories/cancel", "code", "200")
	w.mustCount(3, "payments_http_request_duration_seconds", "route", "/histories/{id}")

	const calls = "payments_pg_requests_total"
	w.mustCount(1, calls, "vendor", "toss.payments", "operation", "capture", "outcome", "done")
	w.mustCount(1, calls, "vendor", "toss.payments", "operation", "refund", "outcome", "done")
	w.mustCount(1, calls, "vendor", "toss.payments", "operation", "refund", "outcome", "declined")
	w.mustCount(0, calls, "vendor", "iamport")
	w.mustCount(2, "payments_pg_request_duration_seconds", "operation", "refund")

	w.mustCount(2, "payments_intents_settled_total", "outcome", "done")
	w.mustCount(1, "payments_intents_settled_total", "outcome", "declined")

	const checks = "payments_password_checks_total"
	hits, misses := w.counted(checks, "outcome", "hit"), w.counted(checks, "outcome", "miss")
	if hits < 2 || misses < 1 || hits+misses != 5 {
		t.Errorf("%v hits and %v misses in 5 checks", hits, misses)
	}
	w.mustCount(1, "payments_passwords_wrong_total")
	eventually(t, "the webhook of the refund is counted", func() bool {
		return w.counted("payments_webhook_attempts_total", "outcome", "delivered") > 0
	})
}

// TestMetrics_NoLabelGrowsWithData has clients make up everything that they can.
func TestMetrics_NoLabelGrowsWithData(t *testing.T) {
	t.Parallel()
	w := newCountedWorld(t)
	size := func() (n int) {
		for _, name := range []string{"payments_http_requests_total", "payments_http_request_duration_seconds",
			"payments_pg_requests_total", "payments_webhook_attempts_total", "payments_password_checks_total"} {
			n += len(w.series(name))
		}
		return n
	}
	invent := func(i int) {
		source := w.source()
		for _, r := range []*http.Request{
			w.request("PATCH", "/histories/"+uuid.NewString(), []byte(`{"password":"p"}`)),
			w.request("PATCH", "/payments/reservations/"+uuid.NewString(), []byte(`{"password":"p"}`)),
			w.request("GET", "/"+uuid.NewString(), nil),
			w.request("GET", "/payments/"+uuid.NewString()+"/x", nil),
			w.request(fmt.Sprintf("METHOD%d", i), "/histories", nil),
			w.request("POST", "/webhooks/iamport", fmt.Appendf(nil, `{"imp_uid":%q,"status":"paid"}`, uuid.NewString())),
			w.request("POST", "/histories", fmt.Appendf(nil, `{"vendor":{"code":"vendor%d","store_id":"s%d","uid":"u"},`+
				`"source":{"schema":"s%d","table":"t","id":%q},"price":1,"password":"p","webhook_url":"http://127.0.0.1/"}`, i, i, i, source.ID)),
			w.request("POST", "/histories", fmt.Appendf(nil, `{"vendor":{"code":"toss.payments","store_id":"s%d","uid":"u%d"},`+
				`"source":{"schema":"s","table":"t","id":%q},"price":1,"password":"p","webhook_url":"http://127.0.0.1/"}`, i, i, source.ID)),
		} {
			answer := mustv(http.DefaultClient.Do(r))(t)
			answer.Body.Close()
		}
	}
	invent(0)
	before := size()
	for i := range 5 {
		invent(i + 1)
	}
	if now := size(); now != before {
		t.Errorf("%d series became %d", before, now)
	}
	for _, m := range w.series("payments_http_requests_total") {
		for _, l := range m.Label {
			if strings.Contains(l.GetValue(), "METHOD") {
				t.Errorf("a client's method is a label: %s", l)
			}
		}
	}
}

// TestMetrics_LeaveOutTheSupervisorsQuestions: the total is that of clients.
func TestMetrics_LeaveOutTheSupervisorsQuestions(t *testing.T) {
	t.Parallel()
	w := newCountedWorld(t)
	ask := httptest.NewRequestWithContext(t.Context(), "GET", "/monitors/health", nil)
	for _, at := range []net.Addr{&net.UnixAddr{Net: "unix"}, &net.TCPAddr{}} {
		w.inner.ServeHTTP(httptest.NewRecorder(),
			ask.WithContext(context.WithValue(ask.Context(), http.LocalAddrContextKey, at)))
	}
	w.mustCount(1, "payments_http_requests_total", "route", "/monitors/health")
}

// inside asks as the supervisor does.
func (w *world) inside(path string) string {
	w.t.Helper()
	out := httptest.NewRecorder()
	w.inner.ServeHTTP(out, httptest.NewRequestWithContext(w.t.Context(), "GET", path, nil))
	if out.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, out.Code, out.Body)
	}
	return out.Body.String()
}

func TestGauges_TellTheBacklog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	in := w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 1000)
	in.WebhookURL = "http://127.0.0.1:1/" // nobody takes them there
	w.mustStore(in)
	var out seen
	cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(400), Reason: "r"}
	if p := w.call("PUT", "/histories/cancel", cancel, &out); p != nil {
		t.Fatal(p)
	}
	w.sql(`INSERT INTO payments.river_job (kind, args, max_attempts, state, scheduled_at)
		VALUES ('tidy', '{}', 1, 'scheduled', now() + interval '1 day')`)
	eventually(t, "the refused webhook is in the backlog", func() bool {
		return strings.Contains(w.inside("/metrics/shared"), `payments_webhooks_unfinished{state="pending"} 1`)
	})
	text := w.inside("/metrics/shared")
	for _, line := range []string{
		"payments_database_up 1", `payments_webhooks_unfinished{state="dead"} 0`, `payments_intents_unresolved{state="sending"} 0`,
		`payments_jobs{queue="default",state="scheduled"} 1`, `payments_jobs_overdue_seconds{queue="default"} 0`,
		`payments_jobs_overdue_seconds{queue="webhooks"} 0`,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %s in\n%s", line, text)
		}
	}
	for _, line := range []string{`payments_build_info{commit="test"`, `payments_database_pool_max_connections 16`,
		"process_open_fds", "go_goroutines"} {
		if text := w.inside("/metrics"); !strings.Contains(text, line) {
			t.Errorf("no %s in\n%s", line, text)
		}
	}
}
