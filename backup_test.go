package main

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/localdb"
	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

// TestHandbook_Backup runs what docs/operations.md says about backups: the first block against a live system, the second
// against a new PostgreSQL server and a new home.
func TestHandbook_Backup(t *testing.T) {
	t.Parallel()
	dbtest.New(t) // skips without PostgreSQL
	blocks := shellBlocks(t, "Backup and restore")
	if len(blocks) != 2 {
		t.Fatalf("found %d blocks, want that of the backup and that of the restore", len(blocks))
	}
	programs := postgresPrograms(t)

	live := newSystem(t)
	dump := t.TempDir()
	server := live.start(t)
	stored := live.pay(t)
	live.env = append(live.env, "READER_URL="+databaseIn(t, server))
	live.script(t, dump, programs, blocks[0])
	server.pressCtrlC(t)

	restored := newSystem(t)
	admin := newPostgres(t)
	restored.env = append(restored.env, "DATABASE_ADMIN_URL="+admin, "DATABASE_URL="+asWorker(t, admin))
	restored.script(t, dump, programs, blocks[1])
	read, err := restored.client(t).History(t.Context(), stored.ID, "secret")
	if err != nil || !read.Price.Equal(stored.Price) || string(read.Data) != string(stored.Data) {
		t.Errorf("the restored payment is %+v, %v; want %+v", read, err, stored)
	}

	restored.env = append(restored.env, "DB_HISTORY_ENCRYPTION_KEY="+newHistoryKey, "DB_HISTORY_ENCRYPTION_IV=new-iv-new-iv-16")
	if out, status := restored.exec(t, "keys", "rotate", "--dry-run"); status != exitFailure || !strings.Contains(out, "do not open") {
		t.Errorf("without the keys it ends with %d and %q", status, out)
	}
}

// shellBlocks are the sh blocks of a section of the handbook.
func shellBlocks(t *testing.T, heading string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(?s)\n## ` + heading + `\n(.*?)(\n## |$)`).FindSubmatch(text)
	if section == nil {
		t.Fatalf("there is no section %q", heading)
	}
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(section[1], -1) {
		blocks = append(blocks, string(block[1]))
	}
	return blocks
}

// script runs a block of the handbook in a folder; pg_dump is not on everybody's PATH.
func (s *system) script(t *testing.T, dir, programs, block string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-euc", block)
	cmd.Dir = dir
	cmd.Env = append(slices.Clone(s.env), "PATH="+filepath.Dir(s.binary)+":"+programs+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", block, err, out)
	}
}

// postgresPrograms is the folder of pg_dump and pg_restore, beside the server's.
func postgresPrograms(t *testing.T) string {
	t.Helper()
	initdb, err := exec.LookPath("initdb")
	if err == nil {
		initdb, err = filepath.EvalSymlinks(initdb)
	}
	if err == nil {
		return filepath.Dir(initdb)
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if err != nil || len(found) == 0 {
		t.Fatal("PostgreSQL is installed without pg_dump")
	}
	return filepath.Dir(found[len(found)-1])
}

// newPostgres is a server of its own: the handbook's names of database and roles must be free.
func newPostgres(t *testing.T) (admin string) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "payments-backup-") // short enough for sockets, and PostgreSQL may pass
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	server, err := localdb.Ensure(t.Context(), localdb.Options{Dir: filepath.Join(dir, "postgres"), Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	return server.URL("postgres")
}

// asWorker is the workers' role and the restored database in a server.
func asWorker(t *testing.T, admin string) string {
	t.Helper()
	u := mustParse(t, admin)
	u.User, u.Path = url.UserPassword("servers", "their own"), "/"+localDatabase
	parameters := u.Query()
	parameters.Del("passfile")
	u.RawQuery = parameters.Encode()
	return u.String()
}

func (s *system) client(t *testing.T) *api.Client {
	t.Helper()
	keys := config.NewLocal().API
	client, err := api.New(api.Options{BaseURL: "http://127.0.0.1:" + s.ports["API_PORT"],
		EncryptionKey: string(keys.EncryptionKey), EncryptionIV: string(keys.EncryptionIV)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// pay charges a card at the fake Toss Payments and stores the payment.
func (s *system) pay(t *testing.T) *api.History {
	t.Helper()
	order, amount := uuid.NewString(), money.New(20_000)
	gateway, err := toss.New(toss.Options{BaseURL: "http://127.0.0.1:" + s.ports["FAKE_TOSS_PORT"],
		SecretKey: string(config.NewLocal().Vendors.Toss.Stores[config.DefaultStore].SecretKey)})
	if err != nil {
		t.Fatal(err)
	}
	paid, err := gateway.KeyIn(t.Context(), toss.CardPayment{
		CardNumber: "1111222233334444", CardExpirationYear: "30", CardExpirationMonth: "12", OrderID: order, Amount: amount,
	})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := s.client(t).StoreHistory(t.Context(), api.StoreHistory{
		Vendor: api.Vendor{Code: api.Toss, StoreID: "default", UID: paid.PaymentKey},
		Source: api.Source{Schema: "shop", Table: "orders", ID: order},
		Price:  amount, Password: "secret", WebhookURL: "http://127.0.0.1:" + s.ports["API_PORT"] + "/payments/internal/webhook",
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored
}
