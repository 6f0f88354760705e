package host_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/samchon/payments-server/fakes/internal/host"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

func TestPort(t *testing.T) {
	t.Parallel()

	t.Run("AnswersFromListenToClose", func(t *testing.T) {
		t.Parallel()
		var port host.Port
		if err := port.Listen("", http.HandlerFunc(hello)); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(port.URL(), "http://127.0.0.1:") {
			t.Errorf("listens at %s, want loopback", port.URL())
		}
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get(port.URL())
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if err := port.Close(); err != nil {
			t.Error(err)
		}
		if err := <-port.Done(); err != nil {
			t.Errorf("Done yields %v after Close", err)
		}
		if _, err := client.Get(port.URL()); err == nil {
			t.Error("it still answers")
		}
		if err := port.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	})

	t.Run("RefusesATakenAddress", func(t *testing.T) {
		t.Parallel()
		var first, second host.Port
		if err := first.Listen("", http.HandlerFunc(hello)); err != nil {
			t.Fatal(err)
		}
		defer first.Close()
		if err := second.Listen(strings.TrimPrefix(first.URL(), "http://"), http.HandlerFunc(hello)); err == nil {
			t.Error("two ports listen at one address")
		}
		if err := second.Close(); err != nil {
			t.Errorf("Close of a port that never listened: %v", err)
		}
	})

	t.Run("HasNoURLBeforeItListens", func(t *testing.T) {
		t.Parallel()
		defer func() {
			if recover() == nil {
				t.Error("URL did not panic")
			}
		}()
		var port host.Port
		_ = port.URL()
	})
}
