package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/worker"
)

// outageLimit is how long an answer may take without a database: what the store
// waits for a connection with its first statement, and then for the second one.
const outageLimit = 12 * time.Second

// terminate ends every connection to the database but ours from the server's side,
// as a failover does.
const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
	WHERE datname = current_database() AND application_name <> '` + onlooker + `'`

func TestOutage(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func(*proxy){
		"connections are refused": (*proxy).refuse,
		"packets are dropped":     (*proxy).stall,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, proxy := newOutage(t)
			s.through(func() {
				cut(proxy)
				defer proxy.heal()
				s.expectUnavailable(s.everything())
			})
		})
	}
	// Nobody ends the workers' connections to what was the standby, as a failover
	// behind a virtual address may not.
	t.Run("only a standby is left", func(t *testing.T) {
		t.Parallel()
		s, proxy := newOutage(t)
		s.through(func() {
			proxy.refuse() // whoever connects does so after it
			s.readOnly("on")
			proxy.heal()
			s.expectUnavailable(s.writes())
			s.readOnly("off")
		})
	})
	t.Run("backends are terminated", func(t *testing.T) {
		t.Parallel()
		s, _ := newOutage(t)
		s.through(func() {
			for range 5 {
				s.sql(terminate)
				eventually(t, "new connections", func() bool {
					return s.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
						AND application_name = 'payments worker'`) > 0
				})
			}
		})
	})
}

// newOutage is a storm whose workers reach the database through a proxy.
func newOutage(t *testing.T) (*storm, *proxy) {
	s := newStorm(t, rand.Uint64())
	proxy := newProxy(t, s.database)
	direct := s.database
	s.database = proxy.url
	s.startWorkers()
	s.database = direct
	return s, proxy
}

// through has orders live through an outage, and compares all books after it.
func (s *storm) through(outage func()) {
	ordinary := s.workers
	var clients sync.WaitGroup
	clients.Go(func() { s.serveOrders(12) })
	eventually(s.t, "the first payments", func() bool {
		return s.count(`SELECT count(*) FROM payments.payment_histories`) > 2
	})
	outage()
	clients.Wait()
	s.settle(s.rescue, time.Second)
	s.insist()
	s.settle(s.rescue, time.Second)
	s.check()
	if ordinary != s.workers || s.anyDead() {
		s.t.Error("a worker died of the outage")
	}
}

func (s *storm) anyDead() bool {
	for _, p := range s.workers {
		select {
		case <-p.died:
			return true
		default:
		}
	}
	return false
}

// readOnly says what transactions of new connections are.
func (s *storm) readOnly(now string) {
	database := mustv(pgx.ParseConfig(s.database))(s.t).Database
	s.sql("BEGIN READ WRITE; ALTER DATABASE " + database + " SET default_transaction_read_only = " + now + "; COMMIT")
}

// everything asks for each operation that needs the database.
func (s *storm) everything() []*http.Request {
	source := s.source()
	return append(s.writes(),
		s.sealed("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword}),
		s.sealed("PATCH", "/payments/histories/"+uuid.NewString(), api.Password{Password: somePassword}),
		s.sealed("PUT", "/payments/histories/cancel",
			api.CancelHistory{Source: source, Password: somePassword, Price: money.New(1)}),
		s.sealed("PATCH", "/payments/reservations/get", api.SourcePassword{Source: source, Password: somePassword}),
		s.sealed("PATCH", "/payments/reservations/"+uuid.NewString(), api.Password{Password: somePassword}),
	)
}

// writes are what does not even begin without writing.
func (s *storm) writes() []*http.Request {
	source := s.source()
	requests := []*http.Request{
		s.sealed("POST", "/payments/histories", s.storing(api.Toss, s.tossCard(source.ID, 1000), source, 1000)),
		s.sealed("POST", "/payments/reservations", api.StoreReservation{
			Vendor: api.Vendor{Code: api.Iamport, UID: s.billingKey(api.Iamport,
				source.ID)}, Source: source, Title: "t", Password: somePassword,
		}),
		s.plainPost("/payments/webhooks/iamport", `{"imp_uid":"`+uuid.NewString()+`","status":"paid"}`),
		s.plainPost("/payments/webhooks/toss", `{"data":{"paymentKey":"`+uuid.NewString()+`","status":"DONE"}}`),
		s.plainPost("/payments/webhooks/toss", `{"secret":"s","status":"DONE","orderId":"`+uuid.NewString()+`"}`),
	}
	requests[0].Header.Set("Idempotency-Key", uuid.NewString())
	return requests
}

// TestOutage_AsksForEverything: no operation on the database is left out of it.
func TestOutage_AsksForEverything(t *testing.T) {
	t.Parallel()
	s := &storm{world: newSurroundings(t)}
	requests := s.everything()
	for _, op := range worker.Operations() {
		inside := op.Path == "" || strings.HasPrefix(op.Path, "/monitors/") || strings.HasPrefix(op.Path, "/internal/")
		path := regexp.MustCompile("^/payments" + strings.Replace(op.Path, "{id}", "[0-9a-f-]{36}", 1) + "$")
		if !inside && !slices.ContainsFunc(requests, func(r *http.Request) bool {
			return r.Method == op.Method && path.MatchString(r.URL.Path)
		}) {
			t.Errorf("nobody asks for %s without a database", op.OperationID)
		}
	}
}

// expectUnavailable sends requests, at once, to workers without a database.
func (s *storm) expectUnavailable(requests []*http.Request) {
	var all sync.WaitGroup
	for _, request := range requests {
		all.Go(func() {
			began := time.Now()
			answer, err := s.client.Do(request)
			if err != nil {
				s.t.Errorf("%s %s: %v", request.Method, request.URL.Path, err)
				return
			}
			defer answer.Body.Close()
			var p api.Problem
			if err := json.NewDecoder(answer.Body).Decode(&p); err != nil {
				s.t.Errorf("%s %s: %v", request.Method, request.URL.Path, err)
			}
			if answer.StatusCode != 503 || p.Code != "database_unavailable" || answer.Header.Get("Retry-After") == "" ||
				answer.Header.Get("Content-Type") != "application/problem+json" {
				s.t.Errorf("%s %s: %d %v, %v", request.Method, request.URL.Path, answer.StatusCode, answer.Header, &p)
			}
			if took := time.Since(began); took > outageLimit {
				s.t.Errorf("%s %s took %v", request.Method, request.URL.Path, took)
			}
		})
	}
	all.Wait()
}

func (s *storm) sealed(method, path string, in any) *http.Request {
	return s.request(method, path, mustv(json.Marshal(in))(s.t))
}

func (s *storm) plainPost(path, body string) *http.Request {
	request := mustv(http.NewRequestWithContext(s.t.Context(), "POST", s.url+path, strings.NewReader(body)))(s.t)
	request.Header.Set("Content-Type", "application/json")
	return request
}

// TestOutage_EveryConnectionIsTaken has requests wait for a lock until no
// connection is left in any pool.
func TestOutage_EveryConnectionIsTaken(t *testing.T) {
	t.Parallel()
	s, _ := newOutage(t)
	s.through(func() {
		db := mustv(pgx.Connect(t.Context(), s.database))(t)
		defer db.Close(context.Background())
		tx := lockTables(t, db)
		for range 3 {
			s.expectUnavailable(s.everything())
		}
		must(t, tx.Rollback(t.Context()))
	})
}

// lockTables takes every table away from the workers. The locks come one after
// the other, so a worker's transaction may meet them in the other order: where
// PostgreSQL chooses us as the victim, we try again.
func lockTables(t *testing.T, db *pgx.Conn) pgx.Tx {
	t.Helper()
	for {
		tx := mustv(db.Begin(t.Context()))(t)
		_, err := tx.Exec(t.Context(), `LOCK TABLE payments.payment_histories, payments.payment_reservations, payments.payment_intents,
			payments.payment_early_webhooks IN ACCESS EXCLUSIVE MODE`)
		if err == nil {
			return tx
		}
		must(t, tx.Rollback(t.Context()))
		var deadlock *pgconn.PgError
		if !errors.As(err, &deadlock) || deadlock.Code != "40P01" {
			t.Fatal(err)
		}
	}
}
