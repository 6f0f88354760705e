package provision_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/samchon/payments-server/internal/localdb/dbtest"
	"github.com/samchon/payments-server/internal/provision"
	"github.com/samchon/payments-server/internal/schemalock"
	"github.com/samchon/payments-server/internal/store"
)

const (
	workerPassword = "the worker's own"
	readerPassword = "the reader's own"
)

// server is a PostgreSQL server on which nothing is prepared yet.
type server struct {
	admin, worker, reader string // URLs
	database, role        string // the worker's role
	writerRole            string
}

func newServer(t *testing.T) server {
	t.Helper()
	admin := dbtest.New(t)
	name := "provision_" + strings.ToLower(rand.Text()[:10])
	s := server{admin: admin, database: name, role: name, writerRole: name + "_writer",
		worker: as(t, admin, name, workerPassword, name), reader: as(t, admin, name+"_reader", readerPassword, name)}
	t.Cleanup(func() {
		execute(t, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		execute(t, admin, "DROP ROLE IF EXISTS "+strings.Join([]string{name, name + "_writer", name + "_reader", name + "_admin"}, ", "))
	})
	return s
}

// as is a server's URL for another role and database.
func as(t *testing.T, server, role, password, database string) string {
	t.Helper()
	u, err := url.Parse(server)
	must(t, err)
	u.User, u.Path = url.UserPassword(role, password), "/"+database
	query := u.Query()
	query.Del("passfile")
	u.RawQuery = query.Encode()
	return u.String()
}

func (s server) options() provision.Options {
	return provision.Options{AdminURL: s.admin, WorkerURL: s.worker, ReaderPassword: readerPassword}
}

// prepare does what `payments schema` does.
func prepare(t *testing.T, o provision.Options) {
	t.Helper()
	plan, err := provision.Look(t.Context(), o)
	must(t, err)
	must(t, plan.Prepare(t.Context()))
	must(t, store.Migrate(t.Context(), plan.MigrationURL()))
	must(t, plan.Grant(t.Context()))
}

func TestRoles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	prepare(t, s.options())
	expectRights(t, s)
	prepare(t, s.options())
	t.Run("AreTheSameAfterASecondTime", func(t *testing.T) { expectRights(t, s) })
}

// expectRights is true of every prepared server, whatever was there before.
func expectRights(t *testing.T, s server) {
	t.Helper()
	t.Run("NobodyHasMoreThanThat", func(t *testing.T) { expectNothingBeyond(t, s) })
	const early = "INSERT INTO payments.payment_early_webhooks VALUES ('toss.payments', gen_random_uuid()::text, now())"
	for name, c := range map[string]struct {
		url, statement string
		allowed        bool
	}{
		"WorkerReads":                      {s.worker, "SELECT * FROM payments.payment_histories", true},
		"WorkerWrites":                     {s.worker, early, true},
		"WorkerUpdates":                    {s.worker, "UPDATE payments.payment_histories SET revision = revision", true},
		"WorkerDeletes":                    {s.worker, "DELETE FROM payments.payment_idempotency_keys", true},
		"WorkerQueuesAJob":                 {s.worker, "INSERT INTO payments.river_job (kind, args, max_attempts) VALUES ('tidy', '{}', 1)", true},
		"WorkerSeesTheSchemasVersion":      {s.worker, "SELECT * FROM payments.schema_migrations, payments.schema_reach, payments.river_migration", true},
		"WorkerChangesNoVersion":           {s.worker, "DELETE FROM payments.schema_migrations", false},
		"WorkerChangesNoVersionOfTheQueue": {s.worker, "DELETE FROM payments.river_migration", false},
		"WorkerAltersNoTable":              {s.worker, "ALTER TABLE payments.payment_histories ADD COLUMN note text", false},
		"WorkerAltersNoJobTable":           {s.worker, "ALTER TABLE payments.river_job DISABLE TRIGGER ALL", false},
		"WorkerAltersNoType":               {s.worker, "ALTER TYPE payments.river_job_state ADD VALUE 'lost'", false},
		"WorkerDropsNoTable":               {s.worker, "DROP TABLE payments.payment_early_webhooks", false},
		"WorkerEmptiesNoTable":             {s.worker, "TRUNCATE payments.payment_early_webhooks", false},
		"WorkerMakesNoTable":               {s.worker, "CREATE TABLE payments.note ()", false},
		"WorkerMakesNoTableElsewhere":      {s.worker, "CREATE TABLE public.note ()", false},
		"WorkerMakesNoSchema":              {s.worker, "CREATE SCHEMA other", false},
		"WorkerMakesNoTemporaryTable":      {s.worker, "CREATE TEMPORARY TABLE note ()", false},
		"WorkerIsNotTheWriter":             {s.worker, "SET ROLE " + s.writerRole, false},
		"WorkerGrantsNothing":              {s.worker, "ALTER TABLE payments.payment_histories OWNER TO " + s.role, false},
		"ReaderReads":                      {s.reader, "SELECT * FROM payments.payment_histories, payments.river_job", true},
		"ReaderInsertsNothing":             {s.reader, early, false},
		"ReaderUpdatesNothing":             {s.reader, "UPDATE payments.payment_histories SET revision = 0", false},
		"ReaderDeletesNothing":             {s.reader, "DELETE FROM payments.river_job", false},
		"ReaderLocksNoRow":                 {s.reader, "SELECT * FROM payments.payment_histories FOR UPDATE", false},
		"ReaderMakesNoTable":               {s.reader, "CREATE TABLE payments.note ()", false},
		"ReaderMakesNoTableElsewhere":      {s.reader, "CREATE TABLE public.note ()", false},
		"ReaderMakesNoTemporaryTable":      {s.reader, "CREATE TEMPORARY TABLE note ()", false},
		"ReaderDrawsNoNumber":              {s.reader, "SELECT nextval(pg_get_serial_sequence('payments.river_job', 'id'))", false},
		"ReaderIsNotTheWriter":             {s.reader, "SET ROLE " + s.writerRole, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := try(t, c.url, c.statement)
			if refused := new(pgconn.PgError); c.allowed && err != nil ||
				!c.allowed && !(errors.As(err, &refused) && refused.Code == "42501") {
				t.Errorf("%s: %v", c.statement, err)
			}
		})
	}
}

// beyond are the rights that somebody has on tables and sequences, whichever there are, and should not.
const beyond = `
	SELECT format('%s owns %s', pg_get_userbyid(relowner), relname)
	FROM pg_class WHERE relnamespace = 'payments'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_get_userbyid(relowner) <> $1
	UNION ALL
	SELECT format('%s may %s %s', grantee::regrole, privilege_type, relname)
	FROM pg_class, aclexplode(relacl)
	WHERE relnamespace = 'payments'::regnamespace AND grantee <> relowner AND NOT CASE
		WHEN grantee = to_regrole($2) AND relkind = 'S' THEN privilege_type = 'USAGE'
		WHEN grantee = to_regrole($2) AND relname IN ('schema_migrations', 'schema_reach', 'river_migration') THEN privilege_type = 'SELECT'
		WHEN grantee = to_regrole($2) THEN privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
		WHEN grantee = to_regrole($3) THEN privilege_type = 'SELECT'
		ELSE false END`

func expectNothingBeyond(t *testing.T, s server) {
	t.Helper()
	inside, err := url.Parse(s.admin)
	must(t, err)
	inside.Path = "/" + s.database
	conn, err := pgx.Connect(t.Context(), inside.String())
	must(t, err)
	defer conn.Close(context.Background())
	rows, _ := conn.Query(t.Context(), beyond, s.writerRole, s.role, s.database+"_reader") // its error is CollectRows' too
	more, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	for _, right := range more {
		t.Error(right)
	}
}

func TestRoles_ReachWhatLaterMigrationsMake(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	prepare(t, s.options())
	plan, err := provision.Look(t.Context(), s.options())
	must(t, err)
	execute(t, plan.MigrationURL(), "CREATE TABLE payments.later (id bigint GENERATED BY DEFAULT AS IDENTITY, note text)")
	must(t, try(t, s.worker, "INSERT INTO payments.later (note) VALUES ('a')"))
	must(t, try(t, s.reader, "SELECT * FROM payments.later"))
	if err := try(t, s.reader, "DELETE FROM payments.later"); err == nil {
		t.Error("the reader deletes from a new table")
	}
}

// As managed services give: an admin that is no superuser.
func TestPrepare_AsAnAdminWhoMayOnlyCreate(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	admin := s.database + "_admin"
	execute(t, s.admin, "CREATE ROLE "+admin+" LOGIN CREATEROLE CREATEDB PASSWORD 'a'")
	o := s.options()
	o.AdminURL = as(t, s.admin, admin, "a", "postgres")
	prepare(t, o)
	prepare(t, o)
	expectRights(t, s)
}

// Until now the workers' role owned everything.
func TestPrepare_TakesTheTablesFromTheWorkers(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	execute(t, s.admin, "CREATE ROLE "+s.role+" LOGIN PASSWORD '"+strings.ReplaceAll(workerPassword, "'", "''")+"'")
	execute(t, s.admin, "CREATE DATABASE "+s.database+" OWNER "+s.role)
	must(t, store.Migrate(t.Context(), s.worker))
	prepare(t, s.options())
	expectRights(t, s)
}

func TestPrepare_ManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	plan, err := provision.Look(t.Context(), s.options())
	must(t, err)
	done := make(chan error)
	for range 4 {
		go func() {
			done <- errors.Join(plan.Prepare(t.Context()), store.Migrate(t.Context(), plan.MigrationURL()), plan.Grant(t.Context()))
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	expectRights(t, s)
}

// Who builds an index concurrently waits for everybody's statements: none may in turn wait for the builder's lock.
func TestPrepare_LetsAnotherBuildAnIndex(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := newServer(t)
	prepare(t, s.options())
	plan, err := provision.Look(ctx, s.options())
	must(t, err)
	inside, err := url.Parse(s.admin) // who may see what others ask
	must(t, err)
	inside.Path = "/" + s.database
	builder, err := pgx.Connect(ctx, inside.String())
	must(t, err)
	defer builder.Close(context.Background())
	must(t, schemalock.Acquire(ctx, builder))
	done := make(chan error, 1) // nobody receives it where the test fails before
	go func() { done <- plan.Grant(ctx) }()
	const asked = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%advisory%')"
	for waits := false; !waits; {
		must(t, builder.QueryRow(ctx, asked).Scan(&waits))
	}
	for _, sql := range []string{"SET lock_timeout = '5s'", "CREATE INDEX CONCURRENTLY ON payments.payment_histories (created_at)"} {
		_, err := builder.Exec(ctx, sql)
		must(t, err)
	}
	must(t, builder.Close(ctx))
	must(t, <-done)
}

func TestPlan_ShowsItsStatementsWithoutPasswords(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	plan, err := provision.Look(t.Context(), s.options())
	must(t, err)
	var shown bytes.Buffer
	must(t, errors.Join(plan.WriteBefore(&shown), plan.WriteAfter(&shown)))
	for _, want := range []string{`CREATE ROLE "` + s.writerRole, `CREATE DATABASE "` + s.database, `GRANT SELECT ON ALL TABLES`} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("%q is not shown", want)
		}
	}
	for _, secret := range []string{workerPassword, readerPassword, "SCRAM-SHA-256"} {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if err := try(t, s.worker, "SELECT 1"); err == nil {
		t.Error("to look has made something")
	}
}

func TestLook_Refuses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	prepare(t, s.options())
	for name, c := range map[string]struct {
		before string
		change func(*provision.Options)
		want   string
	}{
		"ASuperuserAsTheWorker":       {"", func(o *provision.Options) { o.WorkerURL = s.admin }, "is a superuser"},
		"AWorkerWhoIsAlsoTheWriter":   {"GRANT " + s.writerRole + " TO " + s.role, func(*provision.Options) {}, "member of another role"},
		"TheWriterAsTheWorker":        {"", func(o *provision.Options) { o.WorkerURL = as(t, s.admin, s.writerRole, "x", s.database) }, "other than"},
		"APasswordOfSeveralSpellings": {"REVOKE " + s.writerRole + " FROM " + s.role, func(o *provision.Options) { o.ReaderPassword = "비밀" }, "ASCII"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.before != "" {
				execute(t, s.admin, c.before)
				defer execute(t, s.admin, "REVOKE "+s.writerRole+" FROM "+s.role)
			}
			o := s.options()
			c.change(&o)
			if _, err := provision.Look(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// try runs a statement and takes its effect back.
func try(t *testing.T, url, statement string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	if err != nil {
		return err
	}
	_, err = tx.Exec(t.Context(), statement)
	return err
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	ctx := context.Background() // also while cleaning up
	conn, err := pgx.Connect(ctx, url)
	must(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
