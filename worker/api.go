package worker

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/worker/apidocs"
)

func init() { // huma keeps these for the whole process
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = func(c huma.Context, status int, message string, errs ...error) huma.StatusError {
		ctx := context.Background()
		if c != nil {
			ctx = c.Context()
		}
		return humaProblem(ctx, status, message, errs)
	}
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaProblem(context.Background(), status, message, errs)
	}
}

// Options is what the API is made of.
type Options struct {
	Payments *payment.Service
	Codec    *wire.Codec
	Keys     keyStore
	// HashKey keys the hashes of requests under an idempotency key; all workers
	// of a deployment share it.
	HashKey []byte
	Log     *slog.Logger
	Version string
	Observe observe              // for the metrics; may be nil
	Tracer  trace.TracerProvider // may be nil
}

// server answers the API's operations.
type server struct {
	payments *payment.Service
	codec    *wire.Codec
	keys     keyStore
	hashKey  []byte
}

// NewHandler returns the whole HTTP API, under / and under /payments.
func NewHandler(o Options) http.Handler {
	if o.Observe == nil {
		o.Observe = func(*http.Request, int, time.Duration) {}
	}
	if o.Tracer == nil {
		o.Tracer = noop.NewTracerProvider()
	}
	routes := chi.NewRouter()
	routes.Use(middleware.GetHead)
	routes.NotFound(noRoute)
	routes.MethodNotAllowed(noMethod)
	description := newAPI(routes, o).OpenAPI()
	routes.Method(http.MethodGet, "/docs", apidocs.Handler(description))

	root := chi.NewRouter()
	root.Use(traced(o.Tracer), recorded(o.Log, o.Observe), crossOrigin)
	root.NotFound(noRoute)
	root.MethodNotAllowed(noMethod)
	root.Mount("/payments", routes)
	root.Mount("/", routes)
	return root
}

// newAPI adds the operations to routes.
func newAPI(routes chi.Router, o Options) huma.API {
	s := &server{payments: o.Payments, codec: o.Codec, keys: o.Keys, hashKey: o.HashKey}
	a := humachi.New(routes, humaConfig(o))
	describe(a.OpenAPI().Components.Schemas)
	s.register(a)
	document(a.OpenAPI())
	return a
}

func noRoute(w http.ResponseWriter, r *http.Request) {
	newProblem(r.Context(), codeNoRoute, "Cannot "+r.Method+" this path; see /openapi.json.").write(w)
}

func noMethod(w http.ResponseWriter, r *http.Request) {
	newProblem(r.Context(), codeNoMethod, "Cannot "+r.Method+" this path; see /openapi.json.").write(w)
}

func humaConfig(o Options) huma.Config {
	config := huma.DefaultConfig("payments-server", o.Version)
	config.CreateHooks = nil                         // they add $schema and Link to every answer
	config.DocsPath, config.SchemasPath = "", ""     // their page loads scripts from elsewhere
	config.Formats = maps.Clone(huma.DefaultFormats) // the default is shared by the process
	config.Formats["text/plain"] = sealedText(o.Codec)
	config.Servers = []*huma.Server{{URL: "/"}, {URL: "/payments"}}
	config.AllowAdditionalPropertiesByDefault = true // the original takes and ignores them
	return config
}

// body is an operation's answer.
type body[T any] struct{ Body T }

// handle registers an operation, and tells its errors as problems.
func handle[I, O any](g huma.API, o huma.Operation, do func(context.Context, *I) (O, error)) {
	huma.Register(g, o, func(ctx context.Context, in *I) (*body[O], error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return &body[O]{out}, nil
	})
}
