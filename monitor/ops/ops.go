// Package ops is the page for operators on the admin listener: how this machine is doing, live. It shows counts,
// rates and processes, and nothing of a payment; it changes nothing, and keeps no history beyond what is on the screen.
package ops

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/samchon/payments-server/supervisor"
)

//go:embed files
var embedded embed.FS

// securityPolicy allows what the page has, and nothing from elsewhere.
const securityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const (
	// every is how often a page is told what is new.
	every = time.Second
	// sendTimeout is how long a viewer may take nothing until it counts as gone: a laptop that was closed says no goodbye.
	sendTimeout = 5 * time.Second
)

// Options say what a page is of.
type Options struct {
	View supervisor.View
	// Fleet tells, as JSON will, how the fleet is that this machine is one of. Nil, or an error: no word of a fleet.
	Fleet func(context.Context) (any, error)
}

// New returns what the admin listener answers beside the supervisor's own: the page at /, its samples at /events as
// server-sent events, and at /machine what each worker uses and is.
func New(o Options) http.Handler {
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		panic("ops: " + err.Error()) // the folder is part of the program
	}
	m := &machine{view: o.View, fleet: o.Fleet}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", securityPolicy)
		http.ServeFileFS(w, r, files, "ops.html")
	})
	mux.Handle("GET /page/", http.StripPrefix("/page/", http.FileServerFS(files)))
	mux.HandleFunc("GET "+EventsPath, m.events)
	mux.HandleFunc("GET "+MachinePath, m.tell)
	return mux
}

// What programs ask for.
const (
	EventsPath  = "/events"
	MachinePath = "/machine"
)

// events sends a sample every second until the client leaves or the supervisor does.
func (m *machine) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		text, err := m.look()
		if err != nil || out.SetWriteDeadline(time.Now().Add(sendTimeout)) != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// tell answers with what each worker says of itself. One that hangs is left out.
func (m *machine) tell(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(m.workers(r.Context())) // an error means that the client has gone
}
