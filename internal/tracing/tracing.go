// Package tracing sends spans of what a worker does to an OpenTelemetry collector. It does nothing unless one is
// configured, by the variables that OpenTelemetry defines (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, …).
//
// A span says which route, gateway, statement or job it was, and how that ended. It never has an id, a URL, a body, an
// argument or the text of an error: each may hold what belongs to somebody.
package tracing

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// scope names the code that makes the spans.
const scope = "github.com/samchon/payments-server"

// Headers carry a trace from process to process: W3C Trace Context.
var Headers = propagation.TraceContext{}

// Configured reports whether there is a collector to send to.
func Configured() bool {
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// Start sends to the collector that the environment names, or the options. Shut the provider down to send the last.
func Start(ctx context.Context, version string, options ...otlptracehttp.Option) (*sdk.TracerProvider, error) {
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("OpenTelemetry: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "payments-server"), attribute.String("service.version", version),
	), resource.WithFromEnv()) // the environment may name it otherwise
	if err != nil {
		return nil, fmt.Errorf("OpenTelemetry: %w", err)
	}
	return sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about)), nil
}

// Root begins a span that may have no parent.
func Root(ctx context.Context, provider trace.TracerProvider, name string,
	kind trace.SpanKind) (context.Context, trace.Span) {
	return provider.Tracer(scope).Start(ctx, name, trace.WithSpanKind(kind))
}

// Child begins a span inside of another. Outside of one there is none: nobody asked for what runs by itself all day.
func Child(ctx context.Context, name string, about ...attribute.KeyValue) (context.Context, trace.Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, trace.SpanFromContext(context.Background())
	}
	return parent.TracerProvider().Tracer(scope).Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(about...))
}

// End ends a span, failed or not.
func End(span trace.Span, failed bool) {
	if failed {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// ID is the id of the trace that a context adds to, empty where nobody keeps one.
func ID(ctx context.Context) string {
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		return span.SpanContext().TraceID().String()
	}
	return ""
}
