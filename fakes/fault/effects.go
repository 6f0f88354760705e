package fault

import "context"

// Effects are the plans that struck one request, or one webhook.
type Effects []Plan

// Find returns the first effect of a kind.
func (e Effects) Find(kind Kind) (Plan, bool) {
	for _, p := range e {
		if p.Kind == kind {
			return p, true
		}
	}
	return Plan{}, false
}

// Has reports whether there is an effect of a kind.
func (e Effects) Has(kind Kind) bool {
	_, ok := e.Find(kind)
	return ok
}

// Kinds lists what struck, for the record.
func (e Effects) Kinds() []Kind {
	var kinds []Kind
	for _, p := range e {
		kinds = append(kinds, p.Kind)
	}
	return kinds
}

type contextKey struct{}

// NewContext returns a context that carries the effects to the code that
// handles the request.
func NewContext(ctx context.Context, e Effects) context.Context {
	if len(e) == 0 {
		return ctx
	}
	return context.WithValue(ctx, contextKey{}, e)
}

// FromContext returns the effects of the request that ctx belongs to.
func FromContext(ctx context.Context) Effects {
	e, _ := ctx.Value(contextKey{}).(Effects)
	return e
}
