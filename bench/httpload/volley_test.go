package httpload_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samchon/payments-server/bench/httpload"
)

// The server answers by length and by chunk, short and long, and counts.
func TestVolley(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		size, _ := strconv.Atoi(string(body))
		if err != nil || r.Method != http.MethodPatch || r.Header.Get("X-Kind") != "test" {
			t.Errorf("%s %s %q, %v", r.Method, r.Header, body, err)
		}
		asked.Add(1)
		_, _ = io.WriteString(w, strings.Repeat("x", size)) // net/http sends the long ones in chunks
	}))
	defer server.Close()
	address := server.Listener.Addr().String()
	var requests [][]byte
	for _, size := range []int{0, 10, 2_000, 3_000, 200_000} {
		requests = append(requests, httpload.Prepare(http.MethodPatch, address, "/a", "X-Kind: test\r\n", []byte(strconv.Itoa(size))))
	}
	v := httpload.Volley{Address: address, Connections: 3, Request: func(connection, n int) []byte {
		return requests[(connection+n)%len(requests)]
	}}
	closed, err := v.Closed(t.Context(), 100*time.Millisecond)
	if err != nil || closed.Calls < v.Connections || int64(closed.Calls) != asked.Load() || closed.Latency.TotalCount() != asked.Load() {
		t.Errorf("closed loop: %d calls, %d timed, the server counts %d, %v", closed.Calls, closed.Latency.TotalCount(), asked.Load(), err)
	}
	asked.Store(0)
	open, err := v.Open(t.Context(), time.Second, 50)
	// Each connection has its first at its own third of a pause, and 16 or 17 in a second.
	if err != nil || open.Calls < 48 || open.Calls > 51 || int64(open.Calls) != asked.Load() {
		t.Errorf("open loop: %d calls of 50, the server counts %d, %v", open.Calls, asked.Load(), err)
	}
}

func TestVolley_TellsOfARefusal(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "teapot", http.StatusTeapot)
	}))
	defer server.Close()
	address := server.Listener.Addr().String()
	request := httpload.Prepare(http.MethodGet, address, "/", "", nil)
	_, err := httpload.Volley{Address: address, Connections: 1, Request: func(int, int) []byte { return request }}.
		Closed(t.Context(), time.Minute)
	if err == nil || !strings.Contains(err.Error(), "418") {
		t.Errorf("got %v, want the status", err)
	}
}
