package supervisor

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/http/pprof"
	"strconv"

	"github.com/samchon/payments-server/supervisor/handover"
)

// profiles adds Go's profiles: the supervisor's own, and those that a worker's Inner handler serves at the same path,
//
//	go tool pprof http://:$SYSTEM_PASSWORD@127.0.0.1:37822/debug/pprof/heap
//	go tool pprof http://:$SYSTEM_PASSWORD@127.0.0.1:37822/workers/4711/debug/pprof/profile?seconds=10
//
// A heap holds what requests held, so a password is needed.
func (s *supervisor) profiles(mux *http.ServeMux) {
	const root = "/debug/pprof/"
	for path, handler := range map[string]http.HandlerFunc{
		root: pprof.Index, root + "cmdline": pprof.Cmdline, root + "profile": pprof.Profile,
		root + "symbol": pprof.Symbol, root + "trace": pprof.Trace,
	} {
		mux.Handle("GET "+path, s.private(handler))
	}
	mux.Handle("GET /workers/{pid}"+root, s.private(http.HandlerFunc(s.forwardToWorker)))
}

// private takes the password in the form, too, that go tool pprof can send. Only for what reads: a browser would
// remember it, and send it with whatever another site asks of us.
func (s *supervisor) private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, basic, _ := r.BasicAuth()
		if !s.isPassword(basic) && !s.knowsPassword(r) {
			w.Header().Set("WWW-Authenticate", `Basic realm="system password"`)
			http.Error(w, "the system password is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// forwardToWorker passes a request on, without the prefix that names the worker and without the password.
func (s *supervisor) forwardToWorker(w http.ResponseWriter, r *http.Request) {
	pid, _ := strconv.Atoi(r.PathValue("pid"))
	link := s.linkOf(pid)
	if link == nil {
		http.Error(w, fmt.Sprintf("no worker has pid %s; see /status", r.PathValue("pid")), http.StatusNotFound)
		return
	}
	proxy := httputil.ReverseProxy{Transport: onLink{link}, Rewrite: func(p *httputil.ProxyRequest) {
		p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = "http", "worker", "worker"
		p.Out.Header.Del("Authorization")
	}}
	http.StripPrefix("/workers/"+r.PathValue("pid"), &proxy).ServeHTTP(w, r)
}

// onLink dials anew for every request.
type onLink struct{ link *handover.Link }

func (l onLink) RoundTrip(r *http.Request) (*http.Response, error) {
	c, err := dial(l.link)
	if err != nil {
		return nil, err
	}
	return over(c).RoundTrip(r)
}
