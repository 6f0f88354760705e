package ops_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/monitor"
	"github.com/samchon/payments-server/monitor/live"
	"github.com/samchon/payments-server/monitor/ops"
	"github.com/samchon/payments-server/supervisor"
)

const hungPID = 12

// view is of a supervisor with two workers, of which the second hangs.
func view() supervisor.View {
	return supervisor.View{
		Census: func() supervisor.Census {
			return supervisor.Census{PID: 1, Ready: true, Generations: []supervisor.Generation{{
				Number: 3, Commit: "c0ffee", State: supervisor.Blessed,
				Workers: []supervisor.Worker{{Slot: 1, PID: 11}, {Slot: 2, PID: hungPID}},
			}}}
		},
		Metrics: prometheus.NewRegistry(),
		Ask: func(_ context.Context, pid int, path string) (*http.Response, error) {
			if pid == hungPID {
				return nil, errors.New("it hangs")
			}
			told := any(api.System{UID: "u", Commit: api.Commit{Subject: "a subject"}})
			if path == monitor.PerformancePath {
				told = api.Performance{Memory: api.MemoryUsage{RSS: 5}}
			}
			out := httptest.NewRecorder()
			err := json.NewEncoder(out).Encode(told)
			return out.Result(), err
		},
	}
}

func serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(ops.New(ops.Options{View: view(), Fleet: func(context.Context) (any, error) {
		return map[string]string{"commit": "c0ffee"}, nil
	}}))
	t.Cleanup(server.Close)
	return server.URL
}

func get(t *testing.T, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func TestEvents_ComeAsLongAsSomebodyListens(t *testing.T) {
	t.Parallel()
	res := get(t, serve(t)+ops.EventsPath)
	lines := bufio.NewScanner(res.Body)
	for range 2 {
		var sample struct {
			live.Sample
			Fleet struct{ Commit string }
		}
		for lines.Scan() && lines.Text() == "" {
		}
		text, ok := strings.CutPrefix(lines.Text(), "data: ")
		if err := json.Unmarshal([]byte(text), &sample); err != nil || !ok {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if sample.Commit.Subject != "a subject" || sample.Commit.Hash != "c0ffee" || len(sample.Workers) != 2 ||
			sample.Workers[1].Up || sample.Fleet.Commit != "c0ffee" {
			t.Errorf("got %+v", sample)
		}
	}
}

// TestEvents_CostTheSameForManyViewers counts how often the supervisor is asked, which does other things meanwhile.
func TestEvents_CostTheSameForManyViewers(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	v := view()
	census := v.Census
	v.Census = func() supervisor.Census { asked.Add(1); return census() }
	server := httptest.NewServer(ops.New(ops.Options{View: v}))
	t.Cleanup(server.Close)
	began := time.Now()
	var viewers sync.WaitGroup
	for range 100 {
		lines := bufio.NewScanner(get(t, server.URL+ops.EventsPath).Body)
		viewers.Go(func() {
			for range 3 * 2 { // a line of data and an empty one
				if !lines.Scan() {
					t.Errorf("a viewer is told nothing more: %v", lines.Err())
					return
				}
			}
		})
	}
	viewers.Wait()
	if most := 1 + int64(time.Since(began)/(500*time.Millisecond)); asked.Load() > most {
		t.Errorf("the supervisor was asked %d times, want at most %d", asked.Load(), most)
	}
}

// TestEvents_LeaveWhoTakesNothing has a viewer who is connected and reads nothing, and one who reads.
func TestEvents_LeaveWhoTakesNothing(t *testing.T) {
	t.Parallel()
	theirs, ours := net.Pipe() // takes nothing that is not read
	closed := make(chan struct{})
	server := httptest.NewUnstartedServer(ops.New(ops.Options{View: view()}))
	server.Config.ConnState = func(c net.Conn, s http.ConnState) {
		if c == ours && s == http.StateClosed {
			close(closed)
		}
	}
	server.Listener = &alsoAccepts{Listener: server.Listener, first: ours}
	server.Start()
	t.Cleanup(server.Close)
	if _, err := io.WriteString(theirs, "GET "+ops.EventsPath+" HTTP/1.1\r\nHost: ops\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(get(t, server.URL+ops.EventsPath).Body)
	for range 120 { // seconds, twice
		if !lines.Scan() {
			t.Fatalf("who reads is told nothing more: %v", lines.Err())
		}
		select {
		case <-closed:
			return
		default:
		}
	}
	t.Error("after a minute who takes nothing is still there")
}

// alsoAccepts is a listener with a connection of another kind.
type alsoAccepts struct {
	net.Listener
	first net.Conn // until it is accepted
}

func (l *alsoAccepts) Accept() (net.Conn, error) {
	if c := l.first; c != nil {
		l.first = nil
		return c, nil
	}
	return l.Listener.Accept()
}

func TestMachine_IsOfThoseWhoAnswer(t *testing.T) {
	t.Parallel()
	var m ops.Machine
	if err := json.NewDecoder(get(t, serve(t)+ops.MachinePath).Body).Decode(&m); err != nil {
		t.Fatal(err)
	}
	if len(m.Workers) != 1 || m.Workers[0].PID != 11 || m.Workers[0].Generation != 3 ||
		m.Workers[0].Performance.Memory.RSS != 5 || m.Workers[0].System.UID != "u" {
		t.Errorf("got %+v", m)
	}
}

func TestPage_NeedsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	root := serve(t)
	for _, path := range []string{"/", "/page/ops.css", "/page/ops.js"} {
		res := get(t, root+path)
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", path, res.Status, err)
		}
		for _, elsewhere := range []string{`src="http`, `href="http`, "url(http", `from "http`, "innerHTML"} {
			if strings.Contains(string(text), elsewhere) {
				t.Errorf("%s has %s", path, elsewhere)
			}
		}
	}
	if policy := get(t, root).Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
	if status := get(t, root+"/elsewhere").StatusCode; status != http.StatusNotFound {
		t.Errorf("/elsewhere: %d", status)
	}
}
