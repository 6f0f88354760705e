package main

import (
	"context"
	"crypto/rand"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

func TestSchema_NeedsADatabaseURL(t *testing.T) {
	t.Parallel()
	if _, err := invoke(t, map[string]string{"PAYMENTS_HOME": t.TempDir()}, "schema"); err == nil || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("schema says %v, want that DATABASE_URL is missing", err)
	}
}

// tenant is a server of somebody else, on which we have an admin's URL and nothing yet.
type tenant struct {
	env   map[string]string
	admin string // URL of its database as the admin
}

func newTenant(t *testing.T) tenant {
	t.Helper()
	admin := dbtest.New(t)
	name := "tenant_" + strings.ToLower(rand.Text()[:10])
	u := mustParse(t, admin)
	u.User, u.Path = url.UserPassword(name, "the worker's own"), "/"+name
	parameters := u.Query()
	parameters.Del("passfile")
	u.RawQuery = parameters.Encode()
	t.Cleanup(func() {
		execute(t, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		execute(t, admin, "DROP ROLE IF EXISTS "+name+", "+name+"_writer, "+name+"_reader")
	})
	inside := mustParse(t, admin)
	inside.Path = u.Path
	return tenant{admin: inside.String(), env: map[string]string{
		"PAYMENTS_HOME": t.TempDir(), "DATABASE_URL": u.String(), "DATABASE_ADMIN_URL": admin, "DATABASE_READER_PASSWORD": "the reader's own",
	}}
}

func TestSchema_DryRun(t *testing.T) {
	t.Parallel()
	s := newTenant(t)
	before, err := invoke(t, s.env, "schema", "--dry-run")
	if err != nil {
		t.Fatal(err)
	}
	migrate(t, s.env)
	after, err := invoke(t, s.env, "schema", "--dry-run")
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"CREATE DATABASE", "CREATE ROLE", "CREATE TABLE payments.payment_intents", "CREATE TABLE payments.river_job"} {
		if !strings.Contains(before, sql) {
			t.Errorf("on an empty server it does not show %q", sql)
		}
		if strings.Contains(after, sql) {
			t.Errorf("on a prepared server it shows %q", sql)
		}
	}
	if strings.Contains(before+after, "worker's own") || strings.Contains(before+after, "reader's own") || strings.Contains(before+after, "SCRAM") {
		t.Error("it shows a password")
	}
}

func TestSchema_TellsTheWorkersThatTheyMayNotMigrate(t *testing.T) {
	t.Parallel()
	s := newTenant(t)
	migrate(t, s.env)
	delete(s.env, "DATABASE_ADMIN_URL")
	migrate(t, s.env) // nothing is to be done
	execute(t, s.admin, "DELETE FROM payments.schema_migrations WHERE version_id = 2")
	if _, err := invoke(t, s.env, "schema"); err == nil || !strings.Contains(err.Error(), "give an admin's URL") {
		t.Errorf("schema says %v", err)
	}
}

// A whole system runs, and its commands work, in a role that owns nothing.
func TestSchema_LeavesAServerAllItNeeds(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t)
	migrate(t, tenant.env)
	s := newSystem(t)
	s.env = append(s.env, "DATABASE_URL="+tenant.env["DATABASE_URL"])
	server := s.start(t)
	pay := exec.CommandContext(t.Context(), "sh", firstPayment)
	pay.Env = s.env
	if out, err := pay.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	s.mustExec(t, "keys", "rotate")
	server.pressCtrlC(t)
	if said := server.out.String(); strings.Contains(said, "permission denied") {
		t.Errorf("something was not allowed: %s", said)
	}
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	ctx := context.Background() // also while cleaning up
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}
