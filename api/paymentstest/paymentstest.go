// Package paymentstest opens a whole payments-server inside a Go test, in one
// line: the server, its database, the fakes of both gateways, clients of all of
// them, and a service that takes the webhooks.
//
// The worker, which answers the API, runs in the test's own process, without the
// supervisor: updates and their drain are not in it. It will not talk to a real
// gateway, and its keys are the published ones of local mode.
//
// The database is a fresh one in a private PostgreSQL, started from the programs
// installed on the machine and shared by all tests that run at the same time, or
// in the server that TEST_DATABASE_URL names, whose role may then create
// databases. (DATABASE_URL is left alone: it may name data that matters.) Where
// there is neither, the test is skipped, or fails when CI is set. Tests that run
// in parallel do not meet.
package paymentstest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/toss"
	fakeiamport "github.com/samchon/payments-server/fakes/iamport"
	faketoss "github.com/samchon/payments-server/fakes/toss"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/worker"
)

// closeTimeout bounds the wait for jobs that run when the test is over.
const closeTimeout = 10 * time.Second

// Server is a running payments-server and all that surrounds it.
type Server struct {
	URL           string
	EncryptionKey string
	EncryptionIV  string
	SigningSecret string // of the webhooks
	DatabaseURL   string

	Client *api.Client
	// Webhooks is a service that takes the webhooks; give its URL as webhook_url.
	Webhooks *Webhooks

	// Iamport and Toss are the gateways, as a shop's checkout calls them.
	Iamport *iamport.Client
	Toss    *toss.Client
	// FakeIamport and FakeToss control them: their clocks, faults and books.
	FakeIamport *fakeiamport.Server
	FakeToss    *faketoss.Server
}

// Open returns a Server that is ready. It is closed at the end of the test, and
// its database is dropped.
func Open(t testing.TB) *Server {
	t.Helper()
	c := config.NewLocal()
	s := &Server{
		EncryptionKey: string(c.API.EncryptionKey), EncryptionIV: string(c.API.EncryptionIV),
		SigningSecret: string(c.Webhooks.SigningSecrets[0]),
		DatabaseURL:   dbtest.New(t),
	}
	s.openGateways(t, c)
	s.openService(t)
	s.openWorker(t, c)
	return s
}

func (s *Server) openGateways(t testing.TB, c *config.Config) {
	t.Helper()
	s.FakeIamport, s.FakeToss = fakeiamport.New(fakeiamport.Options{}), faketoss.New(faketoss.Options{})
	t.Cleanup(func() { _, _ = s.FakeIamport.Close(), s.FakeToss.Close() })
	must(t, "listen as Iamport", s.FakeIamport.Listen(""))
	must(t, "listen as Toss", s.FakeToss.Listen(""))
	c.Vendors.Iamport.BaseURL, c.Vendors.Toss.BaseURL = s.FakeIamport.URL(), s.FakeToss.URL()

	s.Iamport = iamport.New(iamport.Options{
		BaseURL: s.FakeIamport.URL(), Key: fakeiamport.DefaultKey, Secret: fakeiamport.DefaultSecret,
	})
	var err error
	s.Toss, err = toss.New(toss.Options{BaseURL: s.FakeToss.URL(), SecretKey: faketoss.DefaultSecretKey})
	must(t, "make a client of Toss", err)
}

func (s *Server) openService(t testing.TB) {
	t.Helper()
	receiver, err := api.NewReceiver(api.ReceiverOptions{
		EncryptionKey: s.EncryptionKey, EncryptionIV: s.EncryptionIV, SigningSecrets: []string{s.SigningSecret},
	})
	must(t, "make a receiver of webhooks", err)
	s.Webhooks = newWebhooks(receiver)
	t.Cleanup(s.Webhooks.server.Close)
}

func (s *Server) openWorker(t testing.TB, c *config.Config) {
	t.Helper()
	c.Database.URL = config.Secret(s.DatabaseURL)
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	app, err := worker.Open(t.Context(), worker.Settings{Config: c, Log: log, Version: "paymentstest"})
	must(t, "open the worker", err)
	server := httptest.NewServer(app.Handler)
	s.URL = server.URL
	s.FakeIamport.SetWebhookURL(s.URL + "/payments/webhooks/iamport")
	s.FakeToss.SetWebhookURL(s.URL + "/payments/webhooks/toss")
	s.Client, err = api.New(api.Options{BaseURL: s.URL, EncryptionKey: s.EncryptionKey, EncryptionIV: s.EncryptionIV})
	t.Cleanup(func() {
		s.Client.CloseIdleConnections()
		server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		must(t, "close the worker", app.Close(ctx))
	})
	must(t, "make a client", err)
}

// testLog shows the server's warnings with the test that caused them. A test
// that is over takes no more of them.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Logf("payments-server: %s", bytes.TrimSpace(b))
	}
	return len(b), nil
}

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("paymentstest: %s: %v", what, err)
	}
}
