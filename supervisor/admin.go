package supervisor

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	adminHeaderTimeout = 5 * time.Second
	adminCloseTimeout  = 2 * time.Second // for answers under way when the supervisor leaves
)

var errNotServing = errors.New("no worker is ready")

// serveAdmin answers on the admin listener until the returned function is called, which may happen twice.
func (s *supervisor) serveAdmin() (stop func()) {
	srv := &http.Server{Handler: s.adminRoutes(), ReadHeaderTimeout: adminHeaderTimeout}
	s.running.Go(func() {
		if err := srv.Serve(s.sockets.admin); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("admin listener failed", "err", err)
		}
	})
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), adminCloseTimeout)
		defer cancel()
		if srv.Shutdown(ctx) != nil {
			srv.Close()
		}
	}
}

func (s *supervisor) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { s.answer(w, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if !s.census().Ready {
			s.answer(w, errNotServing)
			return
		}
		s.answer(w, nil)
	})
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.census()) // an error means that the client has gone
	})
	mux.Handle("GET /metrics", s.metrics())
	mux.Handle("POST /reload", s.guarded(func(done chan<- error) { s.reload(done) }))
	mux.Handle("POST /upgrade", s.guarded(s.upgrade))
	mux.Handle("/", s.o.Pages)
	return mux
}

// guarded starts something in the loop for whoever knows the system password, and answers with how it ended.
func (s *supervisor) guarded(start func(done chan<- error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.knowsPassword(r) {
			http.Error(w, "the system password is needed", http.StatusForbidden)
			return
		}
		done := make(chan error, 1)
		if !s.ask(func() { start(done) }) {
			s.answer(w, errStopping)
			return
		}
		select {
		case err := <-done:
			s.answer(w, err)
		case <-s.done:
			s.answer(w, errStopping)
		case <-r.Context().Done():
		}
	})
}

// knowsPassword takes the same time for every wrong password, whatever its length.
func (s *supervisor) knowsPassword(r *http.Request) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.o.SystemPassword))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok && s.o.SystemPassword != ""
}

func (s *supervisor) answer(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ok\n"))
}

func (s *supervisor) metrics() http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), s.sockets.ledger, censusCollector{s})
	reg.MustRegister(s.o.Collectors...)
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

var (
	workersDesc     = prometheus.NewDesc("workers", "Living workers.", []string{"state"}, nil)
	connectionsDesc = prometheus.NewDesc("connections", "Open API connections.", []string{"state", "doing"}, nil)
	generationDesc  = prometheus.NewDesc("generation", "The generation that has the traffic.", nil, nil)
)

// censusCollector shows what is true of living processes; what has happened stands in the ledger.
type censusCollector struct{ s *supervisor }

func (censusCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- workersDesc
	ch <- connectionsDesc
	ch <- generationDesc
}

func (c censusCollector) Collect(ch chan<- prometheus.Metric) {
	workers, idle, busy, serving := map[State]int{}, map[State]int{}, map[State]int{}, 0
	for _, g := range c.s.census().Generations {
		workers[g.State] += len(g.Workers)
		idle[g.State] += g.Idle
		busy[g.State] += g.Busy
		if g.State == Probation || g.State == Blessed {
			serving = g.Number
		}
	}
	for _, state := range []State{Starting, Probation, Blessed, Draining, Failed} {
		gauge(ch, workersDesc, workers[state], string(state))
		gauge(ch, connectionsDesc, idle[state], string(state), "idle")
		gauge(ch, connectionsDesc, busy[state], string(state), "busy")
	}
	gauge(ch, generationDesc, serving)
}

func gauge(ch chan<- prometheus.Metric, d *prometheus.Desc, v int, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
}
