package supervisor_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/samchon/payments-server/supervisor"
)

// forgetful takes so many connections and leaves, as a supervisor does that is just being replaced.
type forgetful struct {
	net.Listener
	left atomic.Int32
}

func (f *forgetful) Accept() (net.Conn, error) {
	for {
		conn, err := f.Listener.Accept()
		if err != nil || f.left.Add(-1) < 0 {
			return conn, err
		}
		conn.Close()
	}
}

func TestStatus_OfASupervisorThatIsBeingReplaced(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"pid":42}`)
	}))
	front := &forgetful{Listener: server.Listener}
	server.Listener = front
	server.Start()
	defer server.Close()
	admin := server.Listener.Addr().String()

	front.left.Store(1)
	if census, err := supervisor.Status(t.Context(), admin); err != nil || census.PID != 42 {
		t.Errorf("got %v, %v", census.PID, err)
	}
	front.left.Store(1000)
	if _, err := supervisor.Status(t.Context(), admin); err == nil {
		t.Error("it was answered by nobody")
	}
	front.left.Store(1)
	if err := supervisor.Reload(t.Context(), admin, ""); err == nil {
		t.Error("a reload, which may have begun, was asked for twice")
	}
}
