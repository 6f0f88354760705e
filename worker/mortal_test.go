package worker_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/worker"
)

// mortalEnv makes the test binary play a worker process that may kill itself at a step.
const mortalEnv = "PAYMENTS_TEST_MORTAL_WORKER"

// shortLease is for workers that die: what they held is others' soon.
const shortLease = 2 * time.Second

type mortal struct {
	Database, Iamport, Toss string
	DieAt                   payment.Step
}

func TestMain(m *testing.M) {
	if life := os.Getenv(mortalEnv); life != "" {
		fmt.Fprintln(os.Stderr, liveAndDie(life))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// diePath of a mortal worker takes another step to die at.
const diePath = "/__die"

// liveAndDie serves, on the listener that it inherits, until SIGKILL, which it
// sends to itself at its step: the kernel gives no deferred call and no buffer a
// chance.
func liveAndDie(life string) error {
	var m mortal
	if err := json.Unmarshal([]byte(life), &m); err != nil {
		return err
	}
	var dieAt atomic.Value
	dieAt.Store(m.DieAt)
	app, err := worker.Open(context.Background(), worker.Settings{
		Config: localConfig(m.Database, m.Iamport, m.Toss), Version: "mortal",
		Log:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Lease: shortLease,
		Reached: func(s payment.Step) {
			if s == dieAt.Load() {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		},
	})
	if err != nil {
		return err
	}
	inherited := os.NewFile(3, "listener")
	listener, err := net.FileListener(inherited)
	if err != nil {
		return err
	}
	if err := inherited.Close(); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", app.Handler)
	mux.HandleFunc("POST "+diePath, func(_ http.ResponseWriter, r *http.Request) {
		dieAt.Store(payment.Step(r.FormValue("at")))
	})
	fmt.Println("ready")
	return http.Serve(listener, mux)
}

// process is a worker process.
type process struct {
	died chan struct{} // closed when it is dead
	kill func()        // returns when it is
}

// start starts a worker process on a listener, which stays ours. It dies at a
// step or, for none, not by itself. start returns when it serves.
func (w *world) start(listener *os.File, dieAt payment.Step) *process {
	w.t.Helper()
	life := mustv(json.Marshal(mortal{Database: w.database, Iamport: w.iamportURL, Toss: w.tossURL, DieAt: dieAt}))(w.t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), mortalEnv+"="+string(life))
	cmd.ExtraFiles = []*os.File{listener}
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout := mustv(cmd.StdoutPipe())(w.t)
	must(w.t, cmd.Start())
	p := &process{died: make(chan struct{})}
	ready := bufio.NewReader(stdout)
	_, err := ready.ReadString('\n')
	go func() {
		defer close(p.died)
		_, _ = io.Copy(io.Discard, ready)
		_ = cmd.Wait()
	}()
	p.kill = func() { _ = cmd.Process.Kill(); <-p.died }
	w.t.Cleanup(p.kill)
	must(w.t, err)
	return p
}

// spawn starts a worker process at an address of its own, in place of the one
// before, and returns what is closed when it is dead.
func (w *world) spawn(dieAt payment.Step) (died <-chan struct{}) {
	w.t.Helper()
	if w.kill != nil {
		w.kill()
	}
	listener := w.listen()
	defer listener.Close()
	p := w.start(listener, dieAt)
	w.kill = p.kill
	return p.died
}

// dieOf sends a request to a worker that dies of it, starts its successor, and
// returns the request's key.
func (w *world) dieOf(step payment.Step, method, path string, in any) (key string) {
	w.t.Helper()
	died := w.spawn(step)
	key = uuid.NewString()
	request := w.request(method, path, mustv(json.Marshal(in))(w.t))
	request.Header.Set("Idempotency-Key", key)
	request.GetBody = nil // net/http must not repeat it
	if answer, err := http.DefaultClient.Do(request); err == nil {
		answer.Body.Close()
		w.t.Fatalf("the worker answered %d and should have died", answer.StatusCode)
	}
	<-died
	w.spawn("")
	w.rescue()
	return key
}

// listen opens a port for workers, and directs everybody to it.
func (w *world) listen() *os.File {
	w.t.Helper()
	listener := mustv(net.Listen("tcp", "127.0.0.1:0"))(w.t).(*net.TCPListener)
	defer listener.Close()
	file := mustv(listener.File())(w.t)
	w.serveAt("http://" + listener.Addr().String())
	return file
}

func (w *world) sql(statement string) {
	w.t.Helper()
	mustv(w.db.Exec(w.t.Context(), statement))(w.t)
}

func (w *world) count(query string) (n int) {
	w.t.Helper()
	must(w.t, w.db.QueryRow(w.t.Context(), query).Scan(&n))
	return n
}
