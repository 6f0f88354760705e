package store

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/samchon/payments-server/internal/tracing"
)

// spans makes a span of each statement that a request or a job runs. Not otelpgx: its spans have the texts of errors,
// which quote values.
type spans struct{}

var _ pgx.QueryTracer = spans{}

// TraceQueryStart implements pgx.QueryTracer.
func (spans) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx
	}
	ctx, _ = tracing.Child(ctx, "sql "+statementName(q.SQL), attribute.String("db.system.name", "postgresql"))
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (spans) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, end pgx.TraceQueryEndData) {
	tracing.End(trace.SpanFromContext(ctx), end.Err != nil)
}

// statementName is what sqlc's first line calls a statement ("-- name: HistoryByID :one"), River's first line names one
// likewise; of others it is the first word.
func statementName(sql string) string {
	name, ok := strings.CutPrefix(sql, "-- name: ")
	if !ok {
		name = strings.TrimLeft(sql, " \t\n")
	}
	if end := strings.IndexAny(name, " \t\n"); end > 0 {
		return name[:end]
	}
	return name
}
