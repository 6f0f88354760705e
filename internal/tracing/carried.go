package tracing

import (
	"context"
	"encoding/json"

	"go.opentelemetry.io/otel/propagation"
)

// Carried is the trace that a context adds to as text, to be kept beside what will go on with it; empty where nobody
// keeps one.
func Carried(ctx context.Context) string {
	if ID(ctx) == "" {
		return ""
	}
	headers := propagation.MapCarrier{}
	Headers.Inject(ctx, headers)
	text, err := json.Marshal(headers)
	if err != nil {
		return "" // no map of texts gets here
	}
	return string(text)
}

// Carry returns a context that adds to a carried trace. A text that cannot be read is no trace.
func Carry(ctx context.Context, carried string) context.Context {
	if carried == "" {
		return ctx
	}
	headers := propagation.MapCarrier{}
	if json.Unmarshal([]byte(carried), &headers) != nil {
		return ctx
	}
	return Headers.Extract(ctx, headers)
}
