package supervisor_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/samchon/payments-server/supervisor/handover"
)

// illness is what becomes of a worker when it is asked for its health for the second time. A generation of one worker
// is on probation then: it is ready with its first answer, and not blessed before another one.
type illness string

const (
	crashes   illness = "crashes"
	stops     illness = "stops" // SIGSTOP: it hangs altogether
	hangs     illness = "hangs" // its handlers do
	unhealthy illness = "is unhealthy"
)

func (i illness) strike(rw http.ResponseWriter, r *http.Request) {
	switch i {
	case unhealthy:
		http.Error(rw, "unwell", http.StatusInternalServerError)
		return
	case crashes:
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case stops:
		syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
	<-r.Context().Done()
}

func (s script) handler(w *handover.Worker) http.Handler {
	requests := w.Counters().Counter(requestsCounter, requestsHelpText)
	mux := http.NewServeMux()
	var asked atomic.Int32
	mux.HandleFunc("GET /health", func(rw http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 && s.Illness != "" {
			s.Illness.strike(rw, r)
		}
	})
	mux.HandleFunc("POST /", func(rw http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if (r.TLS != nil) != s.TLS {
			err = fmt.Errorf("request of HTTP/%d has TLS %v", r.ProtoMajor, r.TLS)
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		requests.Inc()
		fmt.Fprintf(rw, "%d %d %d", w.Generation(), os.Getpid(), n)
	})
	mux.HandleFunc("GET /stream", func(rw http.ResponseWriter, r *http.Request) {
		for now := s; !now.EndStreams; now, _ = readScript() {
			fmt.Fprintln(rw, "more")
			rw.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond) // the pace of the stream; the script ends it
		}
		fmt.Fprintln(rw, "end")
	})
	mux.HandleFunc("GET /upgrade", func(rw http.ResponseWriter, r *http.Request) {
		c, b, err := rw.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		io.Copy(c, b)
	})
	mux.HandleFunc("POST /print", func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		os.Stdout.Write(b)
	})
	return mux
}

// inner tells one figure of its own and one that all workers share.
func inner(api http.Handler) http.Handler {
	mux := http.NewServeMux()
	for path, name := range map[string]string{"/metrics": "test_own", "/metrics/shared": "test_shared"} {
		reg := prometheus.NewRegistry()
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "A figure."})
		g.Set(7)
		reg.MustRegister(g)
		mux.Handle("GET "+path, promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	}
	mux.HandleFunc("GET /debug/pprof/cmdline", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "worker %d, %q", os.Getpid(), r.Header.Get("Authorization"))
	})
	mux.Handle("/", api)
	return mux
}

// testTLS borrows httptest's certificate for 127.0.0.1.
func testTLS() *tls.Config {
	srv := httptest.NewUnstartedServer(nil)
	srv.StartTLS()
	defer srv.Close()
	return &tls.Config{Certificates: srv.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}}
}
