package worker

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

// planned marks such an operation in the API's description.
const planned = "x-planned"

// plan registers an operation that has its types and nothing else yet. It is in the
// description and in both SDKs, so that services and tests can be written against
// it while it is being made: CONTRIBUTING.md shows how. The request is checked as
// it will be; nothing is done.
func plan[I, O any](g huma.API, o huma.Operation) {
	o.Extensions = map[string]any{planned: true}
	handle(g, o, func(ctx context.Context, _ *I) (none O, err error) {
		return none, newProblem(ctx, codeNotImplemented, "This operation is planned, and will be there in a later release.")
	})
}
