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
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/worker"
)

// mortalEnv makes the test binary play a worker process that kills itself at a step.
const mortalEnv = "PAYMENTS_TEST_MORTAL_WORKER"

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

// liveAndDie serves until SIGKILL, which it sends to itself at its step: the
// kernel gives no deferred call and no buffer a chance.
func liveAndDie(life string) error {
	var m mortal
	if err := json.Unmarshal([]byte(life), &m); err != nil {
		return err
	}
	app, err := worker.Open(context.Background(), worker.Settings{
		Config: localConfig(m.Database, m.Iamport, m.Toss), Log: slog.New(slog.DiscardHandler), Version: "mortal",
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
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	return http.Serve(listener, app.Handler)
}

// spawn starts a worker process, in place of the one before, that dies at a
// step, or, for none, not by itself. It returns when the worker serves; died is
// closed when it is dead.
func (w *world) spawn(dieAt payment.Step) (died <-chan struct{}) {
	w.t.Helper()
	if w.kill != nil {
		w.kill()
	}
	life := mustv(json.Marshal(mortal{Database: w.database, Iamport: w.fakeIamport.URL(), Toss: w.fakeToss.URL(), DieAt: dieAt}))(w.t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), mortalEnv+"="+string(life))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout := mustv(cmd.StdoutPipe())(w.t)
	must(w.t, cmd.Start())
	url := mustv(bufio.NewReader(stdout).ReadString('\n'))(w.t)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait()
	}()
	w.kill = func() { _ = cmd.Process.Kill(); <-gone }
	w.t.Cleanup(w.kill)
	w.serveAt(strings.TrimSpace(url))
	return gone
}

// rescue gives the jobs of a dead worker to the next, as River does by itself
// after two minutes, and lets those that wait for their time run now.
func (w *world) rescue() {
	w.sql(`UPDATE payments.river_job SET state = 'available', attempted_at = NULL WHERE state = 'running'`)
	w.sql(`UPDATE payments.river_job SET state = 'available', scheduled_at = now() WHERE state IN ('retryable', 'scheduled')`)
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

// crashCase is one death of a worker.
type crashCase struct {
	code api.VendorCode
	step payment.Step
	// clientRepeats tells a client that sends its request again from one that is
	// gone, whose request the resolver has to finish.
	clientRepeats bool
}

// eachCrash runs a test for each PG, step and client, in a world without a worker.
func eachCrash(t *testing.T, test func(*testing.T, *world, crashCase), steps ...payment.Step) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		for _, step := range steps {
			for client, repeats := range map[string]bool{"client repeats": true, "client is gone": false} {
				t.Run(fmt.Sprintf("%s/%s/%s", code, step, client), func(t *testing.T) {
					t.Parallel()
					test(t, newSurroundings(t), crashCase{code, step, repeats})
				})
			}
		}
	}
}

func TestCrash_Store(t *testing.T) {
	eachCrash(t, func(t *testing.T, w *world, c crashCase) {
		source := w.source()
		in := w.storing(c.code, w.pay(c.code, source.ID, 9000), source, 9000)
		key := w.dieOf(c.step, "POST", "/payments/histories", in)
		if c.clientRepeats {
			w.untilDone("POST", "/payments/histories", key, in)
		}
		stored := w.recovered(c.code, source, 0)
		if stored.PaidAt == nil {
			t.Error("stored without being paid")
		}
	}, payment.StepCaptureIntended, payment.StepCaptured, payment.StepRecorded)
}

func TestCrash_Cancel(t *testing.T) {
	eachCrash(t, func(t *testing.T, w *world, c crashCase) {
		source := w.source()
		w.spawn("")
		w.mustStore(w.storing(c.code, w.pay(c.code, source.ID, 9000), source, 9000))
		in := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "a crash"}
		key := w.dieOf(c.step, "PUT", "/payments/histories/cancel", in)
		if c.clientRepeats {
			w.untilDone("PUT", "/payments/histories/cancel", key, in)
		}
		if cancelled := w.recovered(c.code, source, 1); len(cancelled.Cancels) != 1 {
			t.Errorf("%d cancels, want 1", len(cancelled.Cancels))
		}
	}, payment.StepCancelIntended, payment.StepRefunded, payment.StepCancelRecorded)
}

func TestCrash_Undo(t *testing.T) {
	t.Parallel()
	for _, step := range []payment.Step{payment.StepUndoIntended, payment.StepUndone} {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			w := newSurroundings(t)
			source := w.source()
			uid := w.iamportCard(source.ID, 20000) // Toss refuses a wrong price before it takes money
			w.dieOf(step, "POST", "/payments/histories", w.storing(api.Iamport, uid, source, 100))
			eventually(t, "every intent settled", func() bool { return w.openIntents() == 0 })
			entries, truth := w.truth(api.Iamport).Payment(uid)
			if !truth.Balance().IsZero() || len(entries) != 2 {
				t.Errorf("the PG holds %v after %v", truth.Balance(), entries)
			}
		})
	}
}

func TestCrash_Webhook(t *testing.T) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		for _, step := range []payment.Step{payment.StepAnnounced, payment.StepLookedUp, payment.StepSynced} {
			t.Run(fmt.Sprintf("%s/%s", code, step), func(t *testing.T) {
				t.Parallel()
				w := newSurroundings(t)
				source := w.source()
				w.spawn("")
				uid, deposit := w.virtualAccount(code, source.ID, 7000)
				w.mustStore(w.storing(code, uid, source, 7000))
				died := w.spawn(step)
				deposit()
				w.mustDie(died)
				w.spawn("")
				w.rescue()
				if paid := w.recovered(code, source, 1); paid.PaidAt == nil {
					t.Error("the deposit was lost")
				}
			})
		}
	}
}

func TestCrash_Reservation(t *testing.T) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		for _, step := range []payment.Step{payment.StepBillingKeyRead, payment.StepReserved} {
			t.Run(fmt.Sprintf("%s/%s", code, step), func(t *testing.T) {
				t.Parallel()
				w := newSurroundings(t)
				source := w.source()
				in := api.StoreReservation{
					Vendor: api.Vendor{Code: code, UID: w.billingKey(code, source.ID), StoreID: "s"},
					Source: source, Title: "a card", Password: somePassword,
				}
				key := w.dieOf(step, "POST", "/payments/reservations", in)
				if status, answer := w.keyedCall("POST", "/payments/reservations", key, in); status != 201 {
					t.Errorf("repeated: %d %s", status, answer)
				}
				if n := w.count(`SELECT count(*) FROM payments.payment_reservations`); n != 1 {
					t.Errorf("%d reservations, want 1", n)
				}
			})
		}
	}
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
	w.mustDie(died)
	w.spawn("")
	w.rescue()
	return key
}

func (w *world) mustDie(died <-chan struct{}) {
	w.t.Helper()
	eventually(w.t, "the worker's death", func() bool {
		select {
		case <-died:
			return true
		default:
			return false
		}
	})
}

// recovered waits until nothing is left to do, and returns the one record. It
// fails unless the PG, the record and the service agree, with one webhook for
// each change.
func (w *world) recovered(code api.VendorCode, source api.Source, changes int) (h seen) {
	w.t.Helper()
	eventually(w.t, "every intent settled", func() bool { return w.openIntents() == 0 })
	var p *api.Problem
	eventually(w.t, "the record, with its changes", func() bool {
		p = w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}, &h)
		return p == nil && len(w.service.heardOf(h.ID)) >= changes
	})
	eventually(w.t, "every webhook delivered", func() bool {
		return w.count(`SELECT count(*) FROM payments.payment_history_webhooks WHERE state = 'pending'`) == 0
	})
	w.agree(code, h)
	ids := map[string]bool{}
	for _, hook := range w.service.heardOf(h.ID) {
		ids[hook.ID] = true
	}
	if len(ids) != changes {
		w.t.Errorf("%d webhooks, want %d", len(ids), changes)
	}
	if n := w.count(`SELECT count(*) FROM payments.payment_histories`); n != 1 {
		w.t.Errorf("%d histories, want 1", n)
	}
	return h
}

func (w *world) openIntents() int {
	return w.count(`SELECT count(*) FROM payments.payment_intents WHERE state IN ('sending', 'undoing')`)
}
