// Package deploytest gives a test what a deployment in real mode needs and has no part in making: a prepared database,
// a gateway, and fresh keys, as an operator would hand them over. It starts no server; that is what the tests are about.
package deploytest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	faketoss "github.com/samchon/payments-server/fakes/toss"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/internal/porttest"
	"github.com/samchon/payments-server/internal/provision"
	"github.com/samchon/payments-server/internal/store"
)

// Surroundings are everything around one server.
type Surroundings struct {
	// Credentials are the secrets, by the names of their variables.
	Credentials map[string]string
	// API and Admin are the ports that are free for the server.
	API, Admin int

	gateway *faketoss.Server
	toss    *toss.Client
	client  *api.Client
}

// New prepares the surroundings; at the end of the test they are gone.
func New(t *testing.T) *Surroundings {
	t.Helper()
	const secret = "live_sk_of_a_test"
	gateway := faketoss.New(faketoss.Options{Authorize: func(key string) bool { return key == secret }})
	Must(t, gateway.Listen(""))
	t.Cleanup(func() { _ = gateway.Close() })

	s := &Surroundings{Credentials: freshKeys(t), API: FreePort(t), Admin: FreePort(t), gateway: gateway}
	s.Credentials["DATABASE_URL"] = newDatabase(t)
	s.Credentials["TOSS_PAYMENTS_SECRET"] = secret
	var err error
	s.toss, err = toss.New(toss.Options{BaseURL: gateway.URL(), SecretKey: secret})
	Must(t, err)
	s.client, err = api.New(api.Options{BaseURL: s.URL(),
		EncryptionKey: s.Credentials["API_ENCRYPTION_KEY"], EncryptionIV: s.Credentials["API_ENCRYPTION_IV"]})
	Must(t, err)
	t.Cleanup(s.client.CloseIdleConnections)
	gateway.SetWebhookURL(s.URL() + "/payments/webhooks/toss")
	return s
}

// URL is where the API will be.
func (s *Surroundings) URL() string { return "http://127.0.0.1:" + strconv.Itoa(s.API) }

// YAML is the configuration file, without secrets.
func (s *Surroundings) YAML() string {
	return fmt.Sprintf("mode: real\nworkers: 2\napi: {host: 127.0.0.1, port: %d}\nadmin: {port: %d}\n"+
		"handover: {probation: 300ms}\nvendors: {toss: {base_url: %q}}\n", s.API, s.Admin, s.gateway.URL())
}

// WriteCredentials writes a file for each secret into a new folder.
func (s *Surroundings) WriteCredentials(t *testing.T, dir string) {
	t.Helper()
	Must(t, os.MkdirAll(dir, 0o700))
	for name, value := range s.Credentials {
		Must(t, os.WriteFile(filepath.Join(dir, name), []byte(value), 0o600))
	}
}

// Healthy reports whether the API answers.
func (s *Surroundings) Healthy(ctx context.Context) bool { return s.client.Health(ctx) == nil }

// Pay charges a card, stores the payment and reads it back.
func (s *Surroundings) Pay(ctx context.Context) error {
	order, amount := uuid.NewString(), money.New(19_900)
	paid, err := s.toss.KeyIn(ctx, toss.CardPayment{
		CardNumber: "1111222233334444", CardExpirationYear: "30", CardExpirationMonth: "12",
		OrderID: order, Amount: amount,
	})
	if err != nil {
		return fmt.Errorf("charge a card: %w", err)
	}
	stored, err := s.client.StoreHistory(ctx, api.StoreHistory{
		Vendor: api.Vendor{Code: api.Toss, StoreID: "default", UID: paid.PaymentKey},
		Source: api.Source{Schema: "shop", Table: "orders", ID: order},
		Price:  amount, Password: "secret", WebhookURL: s.URL() + "/payments/internal/webhook",
	})
	if err != nil {
		return fmt.Errorf("store the payment: %w", err)
	}
	read, err := s.client.History(ctx, stored.ID, "secret")
	if err != nil {
		return fmt.Errorf("read the payment: %w", err)
	}
	if !read.Price.Equal(amount) {
		return fmt.Errorf("paid %s, and %s are kept", amount, read.Price)
	}
	return nil
}

func freshKeys(t *testing.T) map[string]string {
	t.Helper()
	var lines strings.Builder
	Must(t, config.Keygen(&lines))
	keys := map[string]string{}
	for line := range strings.Lines(lines.String()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		keys[name] = value
	}
	return keys
}

// newDatabase prepares a database as `payments schema` does, and returns the URL of the servers' role over TCP, since
// the server's socket is not to be seen from inside a container.
func newDatabase(t *testing.T) (worker string) {
	t.Helper()
	ctx := context.Background() // also while cleaning up
	admin := dbtest.New(t)
	server, err := pgx.ParseConfig(admin)
	Must(t, err)
	host, name := server.Host, "deploy_"+strings.ToLower(rand.Text()[:10])
	if strings.HasPrefix(host, "/") {
		host = "127.0.0.1"
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(name, rand.Text()), Path: "/" + name,
		Host: net.JoinHostPort(host, strconv.Itoa(int(server.Port)))}
	t.Cleanup(func() {
		conn, err := pgx.Connect(ctx, admin)
		Must(t, err)
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		Must(t, err)
		_, err = conn.Exec(ctx, "DROP ROLE IF EXISTS "+name+", "+name+"_writer, "+name+"_reader")
		Must(t, err)
	})
	plan, err := provision.Look(ctx, provision.Options{AdminURL: admin, WorkerURL: u.String()})
	Must(t, err)
	Must(t, plan.Prepare(ctx))
	Must(t, store.Migrate(ctx, plan.MigrationURL()))
	Must(t, plan.Grant(ctx))
	return u.String()
}

// FreePort is a port of 127.0.0.1 that nobody listens on.
func FreePort(t *testing.T) int {
	t.Helper()
	port, err := strconv.Atoi(porttest.Free(t))
	Must(t, err)
	return port
}
