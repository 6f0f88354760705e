package main

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// TestStart_SendsSpansToTheCollectorOfTheEnvironment stops the server at once: the last spans are sent when a worker
// leaves.
func TestStart_SendsSpansToTheCollectorOfTheEnvironment(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/traces" && r.Header.Get("Content-Type") == "application/x-protobuf" {
			sent.Add(1)
		}
	}))
	t.Cleanup(collector.Close)
	s := newSystem(t)
	s.env = append(s.env, "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL)
	server := s.start(t)
	if !s.healthy() {
		t.Fatal("the server is not healthy")
	}
	server.pressCtrlC(t)
	if sent.Load() == 0 {
		t.Error("the collector was sent nothing")
	}
}
