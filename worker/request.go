package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/tracing"
)

type recordKey struct{}

// record collects what the one log line of a request will say.
type record struct {
	id    string
	level slog.Level
	err   error
}

// requestID is the id under which the request stands in the log.
func requestID(ctx context.Context) string {
	if r, ok := ctx.Value(recordKey{}).(*record); ok {
		return r.id
	}
	return ""
}

// note leaves the cause of a failure for the request's log line.
func note(ctx context.Context, level slog.Level, err error) {
	if r, ok := ctx.Value(recordKey{}).(*record); ok {
		r.level, r.err = level, err
	}
}

// observe is told of each request that was answered, with its status and how long it took.
type observe func(r *http.Request, status int, took time.Duration)

// recorded gives each request an id, turns a panic into a problem, and writes
// one line to the log when the request is over. It logs routes, not paths: a
// path holds ids.
func recorded(log *slog.Logger, observe observe) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := &record{id: uuid.NewString(), level: usualLevel(r)}
			ctx := context.WithValue(r.Context(), recordKey{}, rec)
			out := observed(w, r)
			out.Header().Set("X-Request-Id", rec.id)
			began := time.Now()
			defer func() {
				if p := recover(); p != nil {
					recovered(ctx, out, p)
				}
				observe(r, out.Status(), time.Since(began))
				log.LogAttrs(ctx, rec.level, "request", attributes(ctx, r, out, began)...)
			}()
			next.ServeHTTP(out, r.WithContext(ctx))
		})
	}
}

// observed knows afterwards what was answered.
func observed(w http.ResponseWriter, r *http.Request) middleware.WrapResponseWriter {
	if already, ok := w.(middleware.WrapResponseWriter); ok {
		return already
	}
	return middleware.NewWrapResponseWriter(w, r.ProtoMajor)
}

// usualLevel keeps the probes of supervisors and load balancers, several a second,
// out of the log.
func usualLevel(r *http.Request) slog.Level {
	if strings.HasSuffix(r.URL.Path, "/monitors/health") {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// recovered answers for a handler that panicked. net/http's own way to abort an
// answer is left to it.
func recovered(ctx context.Context, out middleware.WrapResponseWriter, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	note(ctx, slog.LevelError, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
	if out.Status() == 0 {
		newProblem(ctx, codeInternal, "Something went wrong on our side; the log has it under this request id.").write(out)
	}
}

func attributes(ctx context.Context, r *http.Request, out middleware.WrapResponseWriter, began time.Time) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("request_id", requestID(ctx)),
		slog.String("method", r.Method),
		slog.String("route", route(r)),
		slog.Int("status", out.Status()),
		slog.Int("bytes", out.BytesWritten()),
		slog.Duration("took", time.Since(began)),
	}
	if id := tracing.ID(ctx); id != "" {
		attrs = append(attrs, slog.String("trace_id", id))
	}
	if rec := ctx.Value(recordKey{}).(*record); rec.err != nil {
		attrs = append(attrs, slog.String("error", rec.err.Error()))
	}
	return attrs
}

func route(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil && c.RoutePattern() != "" {
		return c.RoutePattern()
	}
	return "none"
}

// crossOrigin answers as the original does: any page may call, as knowing the
// key is what gives access.
func crossOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
		h.Add("Vary", "Access-Control-Request-Headers")
		if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
			h.Set("Access-Control-Allow-Headers", asked)
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
