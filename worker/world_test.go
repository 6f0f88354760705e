package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/trace"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/fakes/clock"
	fakeiamport "github.com/samchon/payments-server/fakes/iamport"
	faketoss "github.com/samchon/payments-server/fakes/toss"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/supervisor/ledger"
	"github.com/samchon/payments-server/worker"
)

// world is a worker with everything around it: its own database, both fakes, a
// service that takes webhooks, and clients of all of them.
type world struct {
	t        testing.TB
	url      string
	codec    *wire.Codec
	database string
	db       *pgxpool.Pool // the test's own look at it

	fakeIamport *fakeiamport.Server
	fakeToss    *faketoss.Server
	iamport     *iamport.Client
	toss        *toss.Client
	service     *service
	// Where the worker finds the PGs: at their fakes, or at something before them.
	iamportURL, tossURL string
	reached             func(payment.Step)   // is told of the worker's steps
	lease               time.Duration        // in place of payment.Lease; 0: not
	tracer              trace.TracerProvider // takes the spans; nil: nobody does
	log                 io.Writer            // takes warnings; nil: the test's own log
	counters            *ledger.Ledger       // where the worker counts; nil: nowhere
	inner               http.Handler         // of a worker in this process: what its supervisor would ask
	kill                func()               // the worker process, where there is one
}

// newWorld opens the worker in this process.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := newSurroundings(t)
	w.open()
	return w
}

// open opens the worker in this process.
func (w *world) open() {
	t := w.t
	t.Helper()
	out := w.log
	if out == nil {
		out = &testLog{t: t}
	}
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	app := mustv(worker.Open(t.Context(), worker.Settings{Config: w.config(), Log: log, Version: "test",
		Counters: w.counters, Tracer: w.tracer, Reached: w.reached, Lease: w.lease}))(t)
	w.inner = app.Inner
	server := httptest.NewServer(worker.Described(t, app.Handler))
	t.Cleanup(func() {
		server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := app.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	w.serveAt(server.URL)
}

// newSurroundings is a world whose worker is still to come. The PGs repeat a
// webhook after the given pauses, or not at all.
func newSurroundings(t testing.TB, repeat ...time.Duration) *world {
	t.Helper()
	return newSurroundingsAt(t, clock.New(), repeat...)
}

// newSurroundingsAt have PGs with a clock of their own.
func newSurroundingsAt(t testing.TB, at *clock.Clock, repeat ...time.Duration) *world {
	t.Helper()
	w := &world{
		t: t, database: dbtest.New(t),
		fakeIamport: fakeiamport.New(fakeiamport.Options{WebhookRetries: repeat, Clock: at}),
		fakeToss:    faketoss.New(faketoss.Options{WebhookRetries: repeat, Clock: at}),
	}
	w.db = look(t, w.database)
	t.Cleanup(func() { w.fakeIamport.Close(); w.fakeToss.Close() })
	must(t, w.fakeIamport.Listen(""))
	must(t, w.fakeToss.Listen(""))
	w.iamportURL, w.tossURL = w.fakeIamport.URL(), w.fakeToss.URL()

	c := w.config()
	w.codec = mustv(wire.NewCodec(string(c.API.EncryptionKey), string(c.API.EncryptionIV)))(t)
	w.service = newService(t, w.codec)
	store := c.Vendors.Iamport.Stores[config.DefaultStore]
	w.iamport = iamport.New(iamport.Options{BaseURL: w.fakeIamport.URL(), Key: string(store.Key),
		Secret: string(store.Secret)})
	w.toss = mustv(toss.New(toss.Options{BaseURL: w.fakeToss.URL(),
		SecretKey: string(c.Vendors.Toss.Stores[config.DefaultStore].SecretKey)}))(t)
	return w
}

// onlooker is the application_name of connections that are a test's own.
const onlooker = "onlooker"

// look connects a test to a database. Tests ask often: the connections stay, or
// PostgreSQL would do little else than start backends for them.
func look(t testing.TB, database string) *pgxpool.Pool {
	t.Helper()
	c := mustv(pgxpool.ParseConfig(database))(t)
	c.ConnConfig.RuntimeParams["application_name"] = onlooker
	c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // hardly a statement comes twice
	db := mustv(pgxpool.NewWithConfig(context.WithoutCancel(t.Context()), c))(t)
	t.Cleanup(db.Close)
	return db
}

// serveAt says where the worker is.
func (w *world) serveAt(url string) {
	w.url = url
	w.fakeIamport.SetWebhookURL(url + "/payments/webhooks/iamport")
	w.fakeToss.SetWebhookURL(url + "/payments/webhooks/toss")
}

func (w *world) config() *config.Config {
	return localConfig(w.database, w.iamportURL, w.tossURL)
}

func localConfig(database, iamportURL, tossURL string) *config.Config {
	c := config.NewLocal()
	c.Database.URL = config.Secret(database)
	c.Vendors.Iamport.BaseURL, c.Vendors.Toss.BaseURL = iamportURL, tossURL
	return c
}

// testLog shows warnings with the test that caused them.
type testLog struct{ t testing.TB }

func (l *testLog) Write(b []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Logf("%s", bytes.TrimSpace(b))
	}
	return len(b), nil
}

// call sends a sealed request and opens a sealed answer into out; a problem is
// returned instead.
func (w *world) call(method, path string, in, out any) *api.Problem {
	w.t.Helper()
	return w.send(w.request(method, path, mustv(json.Marshal(in))(w.t)), out)
}

// request is a sealed request.
func (w *world) request(method, path string, plain []byte) *http.Request {
	w.t.Helper()
	return w.sealedRequest(method, path, w.codec.Seal(nil, plain))
}

func (w *world) sealedRequest(method, path string, body []byte) *http.Request {
	w.t.Helper()
	request := mustv(http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(body)))(w.t)
	request.Header.Set("Content-Type", "text/plain")
	return request
}

func (w *world) send(request *http.Request, out any) *api.Problem {
	w.t.Helper()
	body, p := w.exchange(request)
	if p == nil {
		must(w.t, json.Unmarshal(mustv(w.codec.Open(nil, body))(w.t), out))
	}
	return p
}

// exchange returns the body of an answer, or the problem that it is.
func (w *world) exchange(request *http.Request) (body []byte, p *api.Problem) {
	w.t.Helper()
	answer := mustv(http.DefaultClient.Do(request))(w.t)
	defer answer.Body.Close()
	body = mustv(io.ReadAll(answer.Body))(w.t)
	if answer.StatusCode < 300 {
		return body, nil
	}
	if err := json.Unmarshal(body, &p); err != nil || p.Status != answer.StatusCode || p.Code == "" {
		w.t.Fatalf("%s %s: %d with no problem in %q", request.Method, request.URL, answer.StatusCode, body)
	}
	return nil, p
}

// seen is a history as a client of the original reads it.
type seen struct {
	api.History
	CreatedAt   time.Time  `json:"created_at"`
	PaidAt      *time.Time `json:"paid_at"`
	CancelledAt *time.Time `json:"cancelled_at"`
	Cancels     []struct {
		Price     money.Amount `json:"price"`
		Reason    string       `json:"reason"`
		CreatedAt time.Time    `json:"created_at"`
		Time      time.Time    `json:"time"`
	} `json:"cancels"`
}

const somePassword = "some-password"

func (w *world) source() api.Source {
	return api.Source{Schema: "shop", Table: "orders", ID: uuid.NewString()}
}

// storing is a request to store a payment of an order.
func (w *world) storing(code api.VendorCode, uid string, source api.Source, price int64) api.StoreHistory {
	return api.StoreHistory{
		Vendor: api.Vendor{Code: code, UID: uid, StoreID: "test-store"}, Source: source,
		Price: money.New(price), Password: somePassword, WebhookURL: w.service.url,
	}
}

func (w *world) mustStore(in api.StoreHistory) seen {
	w.t.Helper()
	var out seen
	if p := w.call("POST", "/payments/histories", in, &out); p != nil {
		w.t.Fatalf("store: %v", p)
	}
	return out
}

// iamportCard charges a card at the fake Iamport and returns its imp_uid.
func (w *world) iamportCard(orderID string, amount int64) string {
	w.t.Helper()
	return mustv(w.iamport.Onetime(w.t.Context(), w.onetime(orderID, money.New(amount))))(w.t).ImpUID
}

func (w *world) onetime(orderID string, amount money.Amount) iamport.OnetimeRequest {
	return iamport.OnetimeRequest{
		CardInput: iamport.CardInput{CardNumber: "1234-1234-1234-1234", Expiry: "2028-12", Birth: "880311"},
		Order:     iamport.Order{MerchantUID: orderID, Amount: amount, Name: "an order"},
	}
}

// tossCard authenticates a card at the fake Toss, and leaves the approval to us.
func (w *world) tossCard(orderID string, amount int64) string {
	w.t.Helper()
	unapproved := false
	p := mustv(w.toss.KeyIn(w.t.Context(), toss.CardPayment{
		CardNumber: "1111222233334444", CardExpirationYear: "28", CardExpirationMonth: "03",
		OrderID: orderID, OrderName: "an order", Amount: money.New(amount), Approved: &unapproved,
	}))(w.t)
	return p.PaymentKey
}

// tossPaid charges a card at the fake Toss, which approves it at once.
func (w *world) tossPaid(orderID string, amount int64) string {
	w.t.Helper()
	return mustv(w.toss.KeyIn(w.t.Context(), toss.CardPayment{
		CardNumber: "1111222233334444", CardExpirationYear: "28", CardExpirationMonth: "03",
		OrderID: orderID, Amount: money.New(amount),
	}))(w.t).PaymentKey
}

// pay makes a payment of an order at a vendor's fake.
func (w *world) pay(code api.VendorCode, orderID string, amount int64) (uid string) {
	if code == api.Iamport {
		return w.iamportCard(orderID, amount)
	}
	return w.tossCard(orderID, amount)
}

// eachVendor runs a test once for each PG, in a world of its own.
func eachVendor(t *testing.T, test func(t *testing.T, w *world, code api.VendorCode)) {
	eachSurroundings(t, func(t *testing.T, w *world, code api.VendorCode) {
		w.open()
		test(t, w, code)
	})
}

// eachSurroundings is eachVendor for a test that opens the worker itself.
func eachSurroundings(t *testing.T, test func(t *testing.T, w *world, code api.VendorCode)) {
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			test(t, newSurroundings(t), code)
		})
	}
}

// patience is for a machine that is busy with much else; nothing that works needs it.
const patience = time.Minute

// eventually waits for a condition, and fails with what it said last.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("still not after %v: %s", patience, what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustv[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}
