package queue

import (
	"context"
	"encoding/json"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
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
	carried := tracing.Carried(ctx)
	if carried == "" {
		return insert(ctx)
	}
	for _, job := range jobs {
		metadata := map[string]any{}
		if len(job.Metadata) > 0 {
			if err := json.Unmarshal(job.Metadata, &metadata); err != nil {
				return nil, err
			}
		}
		metadata[traceKey] = json.RawMessage(carried)
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
	if json.Unmarshal(job.Metadata, &metadata) == nil { // what cannot be read is no trace
		ctx = tracing.Carry(ctx, string(metadata[traceKey]))
	}
	ctx, span := tracing.Root(ctx, s.Provider, job.Kind, trace.SpanKindConsumer)
	err := work(ctx)
	tracing.End(span, err != nil)
	return err
}
