package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"go.uber.org/goleak"

	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// deadline of whatever a test waits for.
const deadline = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// table is Rows and Archive over a table like the real one, but for the sealing.
type table struct{ pool *pgxpool.Pool }

const tableSQL = `
CREATE TABLE webhooks (
	id uuid PRIMARY KEY, payment uuid NOT NULL, revision bigint NOT NULL, url text NOT NULL, body bytea NOT NULL,
	state text NOT NULL DEFAULT 'pending', created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON webhooks (payment, revision) WHERE state <> 'delivered';
CREATE TABLE answers (
	ordinal bigint GENERATED ALWAYS AS IDENTITY, webhook uuid NOT NULL, status int, body text
);`

func (r table) Load(ctx context.Context, ids []uuid.UUID) ([]Delivery, error) {
	all := make([]Delivery, len(ids))
	for i, id := range ids {
		d := &all[i]
		err := r.pool.QueryRow(ctx, `
			SELECT w.state, w.url, w.body, EXISTS (
				SELECT FROM webhooks a WHERE a.payment = w.payment AND a.revision < w.revision AND a.state = 'pending'
			) FROM webhooks w WHERE w.id = $1`, id).Scan(&d.State, &d.URL, &d.Body, &d.Behind)
		if errors.Is(err, pgx.ErrNoRows) {
			err, d.Err = nil, ErrNotFound
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r table) LockAhead(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error) {
	var ahead uuid.UUID
	err := tx.QueryRow(ctx, `
		SELECT a.id FROM webhooks w JOIN webhooks a ON a.payment = w.payment AND a.revision < w.revision
		WHERE w.id = $1 AND a.state = 'pending' ORDER BY a.revision LIMIT 1 FOR SHARE OF a`, id).Scan(&ahead)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (r table) Record(ctx context.Context, tx pgx.Tx, outcomes []Outcome) ([]uuid.UUID, error) {
	next := make([]uuid.UUID, len(outcomes))
	for i, o := range outcomes {
		if err := r.record(ctx, tx, o, &next[i]); err != nil {
			return nil, err
		}
	}
	return next, nil
}

func (r table) record(ctx context.Context, tx pgx.Tx, o Outcome, next *uuid.UUID) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO answers (webhook, status, body)
		SELECT $1::uuid, NULLIF($2::int, 0), CASE WHEN $2::int > 0 THEN $3::text END`, o.Webhook, o.Answer.Status, o.Answer.Body); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE webhooks SET state = $2 WHERE id = $1 AND state = 'pending'`, o.Webhook,
		o.State); err != nil {
		return err
	}
	err := tx.QueryRow(ctx, `
		SELECT n.id FROM webhooks w JOIN webhooks n USING (payment)
		WHERE w.id = $1 AND n.state = 'pending' ORDER BY n.revision LIMIT 1`, o.Webhook).Scan(next)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

func (r table) Died(ctx context.Context, since, until time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, _ := r.pool.Query(ctx, `
		SELECT id FROM webhooks WHERE state = 'dead' AND created_at >= $1 AND created_at < $2 AND id > $3
		ORDER BY id LIMIT $4`, since, until, after, limit)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func (r table) Reopen(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE webhooks SET state = 'pending' WHERE id = $1 AND state <> 'pending'`, id)
	return tag.RowsAffected() > 0, err
}

// house is a database with webhooks in it, and whoever works on them.
type house struct {
	table
	t    testing.TB
	jobs *river.Client[pgx.Tx] // inserts only
	poll time.Duration
}

func newHouse(t testing.TB) *house {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dbtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	driver := riverpgxv5.New(pool)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrator.Migrate(t.Context(), rivermigrate.DirectionUp, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), tableSQL); err != nil {
		t.Fatal(err)
	}
	jobs, err := river.NewClient(driver, &river.Config{Logger: quiet(), FetchCooldown: NotifyCooldown})
	if err != nil {
		t.Fatal(err)
	}
	return &house{table: table{pool}, t: t, jobs: jobs, poll: 20 * time.Millisecond}
}

// open has a process work on the webhooks until the returned function, or the
// test, ends. adjust may be nil.
func (h *house) open(adjust func(*Worker)) (stop func()) {
	h.t.Helper()
	secrets, err := webhooksig.NewSecrets(secret)
	if err != nil {
		h.t.Fatal(err)
	}
	worker := NewWorker(Options{
		DB: h.pool, Rows: h.table, Secrets: secrets, Log: quiet(),
		Allowed: loopback,
	})
	worker.ladder = ladder{20 * time.Millisecond, 20 * time.Millisecond}
	if adjust != nil {
		adjust(worker)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, worker)
	queue := QueueConfig()
	queue.FetchPollInterval = h.poll
	client, err := river.NewClient(riverpgxv5.New(h.pool), &river.Config{
		Queues: map[string]river.QueueConfig{Queue: queue}, Workers: workers, Logger: quiet(),
		FetchCooldown: NotifyCooldown, FetchPollInterval: h.poll, SoftStopTimeout: 10 * time.Millisecond,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := client.Start(context.WithoutCancel(h.t.Context())); err != nil {
		h.t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		if err := client.Stop(ctx); err != nil {
			h.t.Errorf("stop River: %v", err)
		}
		worker.Close()
	})
	h.t.Cleanup(stop)
	return stop
}

// commit commits a webhook and its job, as a change of the payment would.
func (h *house) commit(payment uuid.UUID, revision int, url, body string) uuid.UUID {
	h.t.Helper()
	id := uuid.New()
	err := pgx.BeginFunc(h.t.Context(), h.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(h.t.Context(), `INSERT INTO webhooks (id, payment, revision, url, body) VALUES ($1, $2, $3, $4, $5)`,
			id, payment, revision, url, []byte(body)); err != nil {
			return err
		}
		_, err := h.jobs.InsertTx(h.t.Context(), tx, Job{Webhook: id}, nil)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// await waits until the webhook is in the state.
func (h *house) await(id uuid.UUID, want State) {
	h.t.Helper()
	await(h.t, string(want), func() bool {
		all, err := h.Load(h.t.Context(), []uuid.UUID{id})
		return err == nil && all[0].State == want
	})
}

// answers returns the recorded statuses, 0 for none, and the last body.
func (h *house) answers(id uuid.UUID) (statuses []int, last *string) {
	h.t.Helper()
	rows, _ := h.pool.Query(h.t.Context(), `SELECT COALESCE(status, 0), body FROM answers WHERE webhook = $1 ORDER BY ordinal`, id)
	var status int
	if _, err := pgx.ForEachRow(rows, []any{&status, &last},
		func() error { statuses = append(statuses, status); return nil }); err != nil {
		h.t.Fatal(err)
	}
	return statuses, last
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.pool.Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) count(from string) (n int) {
	h.t.Helper()
	if err := h.pool.QueryRow(h.t.Context(), `SELECT count(*) FROM `+from).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) jobsIn(state string) int { return h.count(`river_job WHERE state = '` + state + `'`) }

// receipt is a webhook as it arrived.
type receipt struct {
	header http.Header
	body   string
}

// service is the one who receives webhooks.
type service struct {
	*httptest.Server
	mu       sync.Mutex
	receipts []receipt
}

// newService answers each webhook as answer does, which gets its number, from 1;
// where answer is nil with 200.
func newService(t testing.TB, answer func(w http.ResponseWriter, r *http.Request, n int)) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.receipts = append(s.receipts, receipt{r.Header.Clone(), string(body)})
		n := len(s.receipts)
		s.mu.Unlock()
		if answer != nil {
			answer(w, r, n)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) received() []receipt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]receipt(nil), s.receipts...)
}

func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s for %s", deadline, what)
		}
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
