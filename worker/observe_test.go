package worker

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/samchon/payments-server/supervisor/ledger"
)

// BenchmarkObserving is what it costs to be observed, on the cheapest request that there is: one for a path that is not
// ours. Each request of a client is counted and timed once, whatever it asks for.
func BenchmarkObserving(b *testing.B) {
	l, err := ledger.New()
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	for name, o := range map[string]Options{
		"Nothing":        {Log: log},
		"Metrics":        {Log: log, Observe: newMetrics(l).request},
		"Spans":          {Log: log, Tracer: sdk.NewTracerProvider()},
		"SpansUnsampled": {Log: log, Tracer: sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample()))},
	} {
		b.Run(name, func(b *testing.B) {
			handler := NewHandler(o)
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/nowhere", nil)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					handler.ServeHTTP(httptest.NewRecorder(), r)
				}
			})
		})
	}
}
