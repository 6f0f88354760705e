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
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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

// liveAndDie serves, on the listener that it inherits, until SIGKILL, which it
// sends to itself at its step: the kernel gives no deferred call and no buffer a
// chance.
func liveAndDie(life string) error {
	var m mortal
	if err := json.Unmarshal([]byte(life), &m); err != nil {
		return err
	}
	app, err := worker.Open(context.Background(), worker.Settings{
		Config: localConfig(m.Database, m.Iamport, m.Toss), Version: "mortal",
		Log:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Lease: shortLease,
		Reached: func(s payment.Step) {
			if s == m.DieAt {
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
	fmt.Println("ready")
	return http.Serve(listener, app.Handler)
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

// listen opens a port for workers, and directs everybody to it.
func (w *world) listen() *os.File {
	w.t.Helper()
	listener := mustv(net.Listen("tcp", "127.0.0.1:0"))(w.t).(*net.TCPListener)
	defer listener.Close()
	file := mustv(listener.File())(w.t)
	w.serveAt("http://" + listener.Addr().String())
	return file
}

// rescue gives the jobs of a dead worker to the next, as River does by itself
// after two minutes, and lets those that wait for their time run now.
func (w *world) rescue() {
	w.sql(`UPDATE payments.river_job SET state = 'available', attempted_at = NULL WHERE state = 'running'`)
	w.hurry()
}

// hurry lets the jobs that wait for their time run now.
func (w *world) hurry() {
	w.sql(`UPDATE payments.river_job SET state = 'available', scheduled_at = now() WHERE state IN ('retryable', 'scheduled')`)
}

// intentsSettle waits until no intent is open. The resolvers need not wait for
// their time, but for the leases of the dead.
func (w *world) intentsSettle() {
	w.t.Helper()
	eventually(w.t, "every intent settled", func() bool {
		w.hurry()
		return w.openIntents() == 0
	})
}

// unfinishedJobs counts what the workers have yet to do.
func (w *world) unfinishedJobs() int {
	return w.count(`SELECT count(*) FROM payments.river_job
		WHERE kind IN ('resolve_intent', 'sync_payment', 'deliver_webhook') AND finalized_at IS NULL`)
}

func (w *world) sql(statement string) {
	w.t.Helper()
	db := mustv(pgx.Connect(w.t.Context(), w.database))(w.t)
	defer db.Close(context.Background())
	mustv(db.Exec(w.t.Context(), statement))(w.t)
}

func (w *world) count(query string) (n int) {
	w.t.Helper()
	db := mustv(pgx.Connect(w.t.Context(), w.database))(w.t)
	defer db.Close(context.Background())
	must(w.t, db.QueryRow(w.t.Context(), query).Scan(&n))
	return n
}
