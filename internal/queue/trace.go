package queue

import (
	"context"
	"encoding/json"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/samchon/payments-server/internal/tracing"
)

// Spans puts a job into the trace of the request that queued it.
type Spans struct {
	river.MiddlewareDefaults
	Provider trace.TracerProvider // needed where jobs are worked only
}

var (
	_ rivertype.JobInsertMiddleware = (*Spans)(nil)
	_ rivertype.WorkerMiddleware    = (*Spans)(nil)
)

// traceKey is where a job's metadata has the headers of its trace.
const traceKey = "trace"

// InsertMany implements rivertype.JobInsertMiddleware.
func (s *Spans) InsertMany(ctx context.Context, jobs []*rivertype.JobInsertParams,
	insert func(context.Context) ([]*rivertype.JobInsertResult, error)) ([]*rivertype.JobInsertResult, error) {
	if tracing.ID(ctx) == "" {
		return insert(ctx)
	}
	headers := propagation.MapCarrier{}
	tracing.Headers.Inject(ctx, headers)
	for _, job := range jobs {
		metadata := map[string]any{}
		if len(job.Metadata) > 0 {
			if err := json.Unmarshal(job.Metadata, &metadata); err != nil {
				return nil, err
			}
		}
		metadata[traceKey] = headers
		text, err := json.Marshal(metadata)
		if err != nil {
			return nil, err
		}
		job.Metadata = text
	}
	return insert(ctx)
}

// Work implements rivertype.WorkerMiddleware.
func (s *Spans) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	var metadata map[string]json.RawMessage
	headers := propagation.MapCarrier{}
	if json.Unmarshal(job.Metadata, &metadata) == nil && metadata[traceKey] != nil {
		_ = json.Unmarshal(metadata[traceKey], &headers) // what cannot be read is no trace
	}
	ctx, span := tracing.Root(tracing.Headers.Extract(ctx, headers), s.Provider, job.Kind, trace.SpanKindConsumer)
	err := work(ctx)
	tracing.End(span, err != nil)
	return err
}
