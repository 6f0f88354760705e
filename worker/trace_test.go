package worker_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/internal/tracing"
	"github.com/samchon/payments-server/worker"
)

// otlpReceiver is an OpenTelemetry collector that keeps what it is sent.
type otlpReceiver struct {
	url string

	mu    sync.Mutex
	spans []*spans.Span
	text  strings.Builder // all of it
}

func newOTLPReceiver(t *testing.T) *otlpReceiver {
	t.Helper()
	o := &otlpReceiver{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var sent collector.ExportTraceServiceRequest
		if err != nil || proto.Unmarshal(body, &sent) != nil {
			t.Errorf("not OTLP: %s", r.URL)
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.text.WriteString(sent.String())
		for _, r := range sent.ResourceSpans {
			for _, s := range r.ScopeSpans {
				o.spans = append(o.spans, s.Spans...)
			}
		}
	}))
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// in returns the spans of a trace, by name.
func (o *otlpReceiver) in(trace string) map[string]*spans.Span {
	o.mu.Lock()
	defer o.mu.Unlock()
	found := map[string]*spans.Span{}
	for _, s := range o.spans {
		if hex.EncodeToString(s.TraceId) == trace {
			found[s.Name] = s
		}
	}
	return found
}

// newTracedWorld is a world whose worker sends its spans to a collector. flush has it send them now.
func newTracedWorld(t *testing.T) (w *world, o *otlpReceiver, flush func()) {
	t.Helper()
	w, o = newSurroundings(t), newOTLPReceiver(t)
	provider := mustv(tracing.Start(t.Context(), "test", otlptracehttp.WithEndpointURL(o.url+"/v1/traces"),
		otlptracehttp.WithInsecure()))(t)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		must(t, provider.Shutdown(ctx))
	})
	w.tracer = provider
	w.open()
	return w, o, func() { must(t, provider.ForceFlush(t.Context())) }
}

// traceparent names a trace that the service has begun (W3C Trace Context).
func traceparent(r *http.Request, trace string) *http.Request {
	r.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	return r
}

func TestTrace_FromTheRequestToTheGatewayTheDatabaseAndTheWebhook(t *testing.T) {
	t.Parallel()
	w, o, flush := newTracedWorld(t)
	w.fakeToss.SetWebhookURL("") // its word of the refund may come first, and be the trace that the webhook is in
	source := w.source()
	uid := w.tossCard(source.ID, 1000)
	const (
		storing    = "0af7651916cd43dd8448eb211c80319c"
		cancelling = "1af7651916cd43dd8448eb211c80319c"
		wrong      = "2af7651916cd43dd8448eb211c80319c"
	)
	stored := w.mustSendIn(storing, "POST", "/payments/histories", w.storing(api.Toss, uid, source, 1000))
	w.mustSendIn(cancelling, "PUT", "/histories/cancel", api.CancelHistory{Source: source, Password: somePassword,
		Price: money.New(400), Reason: "a reason"})
	p := w.send(traceparent(w.request("PATCH", "/histories/"+stored.ID, []byte(`{"password":"a wrong word"}`)), wrong),
		nil)
	if p == nil || p.TraceID != wrong {
		t.Errorf("the problem names the trace %+v", p)
	}
	eventually(t, "the webhook is delivered in the trace of the refund", func() bool {
		flush()
		return o.in(cancelling)["deliver_webhook"] != nil
	})

	if told := w.service.heardOf(stored.ID); len(told) == 0 ||
		!strings.HasPrefix(told[0].traceparent, "00-"+cancelling+"-"+hex.EncodeToString(o.in(cancelling)["deliver_webhook"].SpanId)) {
		t.Errorf("the service cannot go on with the trace: %+v", told)
	}

	for trace, names := range map[string][]string{
		storing:    {"POST /payments/histories", "toss.payments capture", "sql InsertIntent", "sql FinishCapture"},
		cancelling: {"PUT /histories/cancel", "toss.payments refund", "sql UpdateHistory", "deliver_webhook"},
		wrong:      {"PATCH /histories/{id}", "sql HistoriesByID"},
	} {
		for _, name := range names {
			if o.in(trace)[name] == nil {
				t.Errorf("no span %q in %v", name, o.in(trace))
			}
		}
	}
	in := o.in(storing)
	if request, pg := in["POST /payments/histories"], in["toss.payments capture"]; string(pg.GetParentSpanId()) != string(request.GetSpanId()) {
		t.Errorf("the call to the gateway is not in the request: %v, %v", pg, request)
	}
	o.mustNotHave(t, stored.ID, uid, source.ID, somePassword, "a wrong word", "a reason", "shop", "test-store",
		w.service.url, "1111222233334444")
}

// mustSendIn sends a sealed request in a trace, which has to succeed.
func (w *world) mustSendIn(trace, method, path string, in any) (out seen) {
	w.t.Helper()
	if p := w.send(traceparent(w.request(method, path, mustv(json.Marshal(in))(w.t)), trace), &out); p != nil {
		w.t.Fatalf("%s %s: %v", method, path, p)
	}
	return out
}

func (o *otlpReceiver) mustNotHave(t *testing.T, words ...string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, word := range words {
		if strings.Contains(o.text.String(), word) {
			t.Errorf("%q is in a span", word)
		}
	}
}

func TestTrace_IsNotKeptUnlessSomebodyWantsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.send(traceparent(w.request("PATCH", "/histories/get", []byte(`{}`)), "0af7651916cd43dd8448eb211c80319c"), nil)
	if p == nil || p.TraceID != "" {
		t.Errorf("without a collector the problem names a trace: %+v", p)
	}
}

func TestTrace_StandsInTheLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler := worker.NewHandler(worker.Options{Log: slog.New(slog.NewTextHandler(&log, nil)),
		Tracer: sdk.NewTracerProvider()})
	const trace = "0af7651916cd43dd8448eb211c80319c"
	handler.ServeHTTP(httptest.NewRecorder(),
		traceparent(httptest.NewRequestWithContext(t.Context(), "GET", "/nowhere", nil), trace))
	if !strings.Contains(log.String(), "trace_id="+trace) {
		t.Errorf("the log says %s", &log)
	}
}
