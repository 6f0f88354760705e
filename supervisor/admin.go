package supervisor

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	adminHeaderTimeout = 5 * time.Second
	adminCloseTimeout  = 2 * time.Second // for answers under way when the supervisor leaves
)

var errNotServing = errors.New("no worker is ready")

// serveAdmin answers on the admin listener until the returned function is called, which may happen twice.
func (s *supervisor) serveAdmin() (stop func()) {
	living, end := context.WithCancel(context.Background())
	srv := &http.Server{Handler: s.adminRoutes(), ReadHeaderTimeout: adminHeaderTimeout,
		BaseContext: func(net.Listener) context.Context { return living }}
	srv.RegisterOnShutdown(end) // for answers that last as long as somebody listens
	served := make(chan struct{})
	s.running.Go(func() {
		defer close(served)
		if err := srv.Serve(s.sockets.admin); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("admin listener failed", "err", err)
		}
	})
	return func() {
		defer end()
		ctx, cancel := context.WithTimeout(context.Background(), adminCloseTimeout)
		defer cancel()
		_ = srv.Shutdown(ctx)
		<-served
		// Once more, for who was accepted during the first and not known to it yet.
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
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.gatherer(),
		promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	mux.Handle("POST /reload", s.guarded(func(done chan<- error) { s.reload(done) }))
	mux.Handle("POST /upgrade", s.guarded(s.upgrade))
	s.profiles(mux)
	mux.Handle("/", s.o.Pages(s.view()))
	return mux
}

// View is what pages on the admin listener are made from.
type View struct {
	Census  func() Census
	Metrics prometheus.Gatherer // all that is on /metrics
	// Ask puts a question to the Inner handler of the worker with that pid. Close the answer's body.
	Ask func(ctx context.Context, pid int, path string) (*http.Response, error)
}

func (s *supervisor) view() View {
	return View{Census: s.census, Metrics: s.gatherer(), Ask: s.askWorker}
}

// guarded starts something in the loop for whoever knows the system password, and answers with how it ended.
func (s *supervisor) guarded(start func(done chan<- error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.knowsPassword(r) {
			http.Error(w, "the system password is needed, as it was when the supervisor started", http.StatusForbidden)
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
	return s.isPassword(given) && ok
}

func (s *supervisor) isPassword(given string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.o.SystemPassword))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && s.o.SystemPassword != ""
}

func (s *supervisor) answer(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ok\n"))
}
