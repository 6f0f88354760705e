package worker

import (
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/samchon/payments-server/monitor"
)

// Where a worker answers its supervisor, beside monitor's paths; see supervisor.Options and handover.Worker.Inner.
const (
	HealthPath        = "/monitors/health"
	MetricsPath       = "/metrics"
	SharedMetricsPath = "/metrics/shared"
)

// newInner answers the supervisor, and nobody else: its questions come over a socket of its own. Nothing here tells of
// a payment; only a heap profile's reader has to be trusted, and the supervisor asks for its password.
func newInner(api http.Handler, own, shared prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+HealthPath, api)
	mux.Handle("GET "+MetricsPath, promhttp.HandlerFor(own, promhttp.HandlerOpts{}))
	mux.Handle("GET "+SharedMetricsPath, promhttp.HandlerFor(shared, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET "+monitor.PerformancePath, func(w http.ResponseWriter, _ *http.Request) {
		used, err := monitor.Performance()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = encodeJSON(w, used) // it fails only when the supervisor has gone
	})
	mux.HandleFunc("GET "+monitor.SystemPath, func(w http.ResponseWriter,
		_ *http.Request) {
		_ = encodeJSON(w, monitor.System())
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
