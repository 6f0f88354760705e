package worker

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/samchon/payments-server/internal/tracing"
)

// lastSpansTimeout bounds the wait for a collector when a worker leaves.
const lastSpansTimeout = 2 * time.Second

// traced makes a span of each request, in the trace that the client names, if it does. Not otelhttp: its spans have the
// path, which holds ids.
func traced(provider trace.TracerProvider) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if _, off := provider.(noop.TracerProvider); off {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if ofSupervisor(r) {
				next.ServeHTTP(w, r)
				return
			}
			method := methodLabel(r.Method)
			ctx := tracing.Headers.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
			ctx, span := tracing.Root(ctx, provider, method, trace.SpanKindServer)
			out := observed(w, r)
			r = r.WithContext(ctx)
			defer func() {
				pattern := route(r)
				span.SetName(method + " " + pattern)
				span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", pattern),
					attribute.Int("http.response.status_code", out.Status()))
				tracing.End(span, out.Status() >= http.StatusInternalServerError)
			}()
			next.ServeHTTP(out, r)
		})
	}
}

// startTracing sends spans where the environment says so. What the collector does not take is lost: it is never waited
// for, but for the last ones when the worker leaves.
func startTracing(ctx context.Context, version string, log *slog.Logger) (trace.TracerProvider, func(context.Context),
	error) {
	if !tracing.Configured() {
		return noop.NewTracerProvider(), func(context.Context) {}, nil
	}
	provider, err := tracing.Start(context.WithoutCancel(ctx), version)
	if err != nil {
		return nil, nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("spans were lost", "error", err) }))
	return provider, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, lastSpansTimeout)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			log.Warn("the last spans were lost", "error", err)
		}
	}, nil
}
