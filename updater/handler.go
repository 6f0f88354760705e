package updater

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	headerTimeout = 10 * time.Second
	maxBody       = 1 << 20
)

// Serve answers on a listener until ctx ends; a rollout that is under way then is aborted, and the fleet returned, first.
func (m *Master) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{Handler: m.Handler(), ReadHeaderTimeout: headerTimeout}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }() // ends with Close
	m.Log.Info("updater master starts", "address", ln.Addr().String(), "mode", m.Mode)
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case err := <-served:
			srv.Close()
			return fmt.Errorf("serve the updater: %w", err)
		case <-tick.C:
			m.converge(ctx)
		case <-ctx.Done():
			m.settle()
			srv.Close()
			if err := <-served; !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve the updater: %w", err)
			}
			return nil
		}
	}
}

// settle aborts what is under way and waits for its end.
func (m *Master) settle() {
	_ = m.await(context.Background(), func() (bool, error) { // it never ends
		if m.abort != nil {
			m.abort(errors.New("the master was stopped"))
		}
		return m.abort == nil, nil
	})
}

// Handler is the master's API. Every request carries the system password; whatever it asks for, it is refused at once
// without it. Answers that say no are a line of text.
//
//	POST   /slave    Machine → Wish, at the next change of it or after half a second
//	POST   /rollout  Order → a Fleet in JSON at every change, until the rollout has ended; 409 while another is under way.
//	                 Hanging up aborts it.
//	DELETE /rollout  aborts it, and leaves the connection that follows it
//	GET    /fleet    → Fleet: the machines, what they run, and the present or last rollout
//	GET    /journal  → the journal, a line each
//	PUT    /freeze   Freeze, or its end
func (m *Master) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /slave", m.slave)
	mux.HandleFunc("POST /rollout", m.rollOut)
	mux.HandleFunc("DELETE /rollout", m.abandon)
	mux.HandleFunc("GET /fleet", func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		fleet := m.snapshot()
		m.mu.Unlock()
		answer(w, fleet)
	})
	mux.HandleFunc("GET /journal", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jsonl")
		_ = m.journal.Copy(w) // the client sees by the chain when it is cut short
	})
	mux.HandleFunc("PUT /freeze", m.setFreeze)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		m.refuse(w, r, http.StatusNotFound, "there is nothing here")
	})
	return m.guard(mux)
}

// guard lets those in who know the password. It takes the same time for every wrong one, whatever its length.
func (m *Master) guard(next http.Handler) http.Handler {
	right := sha256.Sum256([]byte(m.Password))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		sum := sha256.Sum256([]byte(given))
		if subtle.ConstantTimeCompare(sum[:], right[:]) != 1 || m.Password == "" {
			m.refuse(w, r, http.StatusUnauthorized, "the system password is wrong")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

func (m *Master) refuse(w http.ResponseWriter, r *http.Request, status int, reason string) {
	m.Log.Warn("refused", "status", status, "reason", reason, "method", r.Method, "path", r.URL.Path, "from", r.RemoteAddr)
	http.Error(w, reason, status)
}

// read decodes the whole body: net/http notices that a client hangs up only when nothing is left to be read.
func read[T any](r *http.Request) (v T, err error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(text, &v)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // an error means that the client has gone
}

func (m *Master) slave(w http.ResponseWriter, r *http.Request) {
	said, err := read[Machine](r)
	if err == nil && said.Name == "" {
		err = errors.New("the machine has no name")
	}
	if err != nil {
		m.refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	wish, err := m.report(r.Context(), said)
	if errors.Is(err, errTwice) {
		m.refuse(w, r, http.StatusConflict, fmt.Sprintf("%s: %v", said.Name, err))
		return
	}
	answer(w, wish)
}

func (m *Master) rollOut(w http.ResponseWriter, r *http.Request) {
	order, err := read[Order](r)
	if err == nil && order.Mode != m.Mode {
		err = fmt.Errorf("this master is in %s mode, not in %s", m.Mode, order.Mode)
	}
	if err != nil {
		m.refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	ctx, abort := context.WithCancelCause(context.WithoutCancel(r.Context()))
	defer abort(nil)
	defer context.AfterFunc(r.Context(), func() { abort(errors.New("the command that asked for it is gone")) })()
	if !m.occupy(abort) {
		m.refuse(w, r, http.StatusConflict, ErrBusy.Error())
		return
	}
	defer m.vacate()
	if order.Branch == "" {
		order.Branch = m.Branch
	}
	rollout, err := m.start(order, func(one *member) bool { return !one.lost() })
	if err != nil {
		m.refuse(w, r, http.StatusServiceUnavailable, err.Error())
		return
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		rollout.run(ctx)
	}()
	m.follow(w, ended)
	<-ended
}

// follow sends the fleet at every change until a rollout has ended.
func (m *Master) follow(w http.ResponseWriter, ended <-chan struct{}) {
	w.Header().Set("Content-Type", "application/jsonl")
	lines, flush := json.NewEncoder(w), http.NewResponseController(w)
	for over := false; !over; {
		m.mu.Lock()
		changed := m.changed
		m.mu.Unlock()
		select {
		case <-ended:
			over = true
		default:
		}
		m.mu.Lock()
		fleet := m.snapshot()
		m.mu.Unlock()
		if lines.Encode(fleet) != nil || flush.Flush() != nil {
			return // nobody follows any more, which aborts the rollout
		}
		if over {
			return
		}
		select {
		case <-ended:
		case <-changed:
		}
	}
}

func (m *Master) abandon(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.abort != nil {
		m.abort(errors.New("aborted by whoever asked for it"))
	}
}

// setFreeze imposes a freeze, or lifts it.
func (m *Master) setFreeze(w http.ResponseWriter, r *http.Request) {
	f, err := read[Freeze](r)
	f.At = time.Now().UTC()
	if err == nil {
		err = m.write(Entry{Event: EventFreeze, Freeze: &f})
	}
	if err != nil {
		m.refuse(w, r, http.StatusInternalServerError, err.Error())
	}
}
