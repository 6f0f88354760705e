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
	"go.uber.org/goleak"

	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/internal/localdb/dbtest"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// deadline of whatever a test waits for.
const deadline = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// table is Outbox and Archive over a table like the real one, but for the sealing. The
// store's own tests are about the statements.
type table struct{ pool *pgxpool.Pool }

const tableSQL = `
CREATE TABLE webhooks (
	id uuid PRIMARY KEY, payment uuid NOT NULL, revision bigint NOT NULL, url text NOT NULL, body bytea NOT NULL,
	state text NOT NULL DEFAULT 'pending', created_at timestamptz NOT NULL DEFAULT now(),
	due_at timestamptz DEFAULT now(), queued_at timestamptz NOT NULL DEFAULT now(), attempts int NOT NULL DEFAULT 0
);
CREATE INDEX ON webhooks (payment, revision) WHERE state <> 'delivered';
CREATE INDEX ON webhooks (due_at) WHERE state = 'pending' AND due_at IS NOT NULL;
CREATE TABLE answers (
	ordinal bigint GENERATED ALWAYS AS IDENTITY, webhook uuid NOT NULL, status int, body text
);`

func (r table) Claim(ctx context.Context, most int, lease time.Duration) ([]Delivery, error) {
	rows, _ := r.pool.Query(ctx, `
		UPDATE webhooks w SET due_at = now() + $2::interval WHERE id = ANY (ARRAY(
			SELECT id FROM webhooks WHERE state = 'pending' AND due_at <= now()
			ORDER BY due_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED))
		RETURNING id, payment, due_at, url, queued_at, attempts, body, EXISTS (
			SELECT FROM webhooks a WHERE a.payment = w.payment AND a.revision < w.revision AND a.state = 'pending')`,
		most, lease)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Delivery, err error) {
		var body []byte
		err = row.Scan(&d.Webhook, &d.Payment, &d.Until, &d.URL, &d.Queued, &d.Attempts, &body, &d.Behind)
		d.Body = func() ([]byte, error) { return body, nil }
		return d, err
	})
}

func (r table) StepBack(ctx context.Context, c Claim) (behind bool, _ error) {
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		var ahead uuid.UUID
		err := tx.QueryRow(ctx, `
			SELECT a.id FROM webhooks w JOIN webhooks a ON a.payment = w.payment AND a.revision < w.revision
			WHERE w.id = $1 AND a.state = 'pending' ORDER BY a.revision LIMIT 1 FOR SHARE OF a`, c.Webhook).Scan(&ahead)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if behind = err == nil; !behind {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE webhooks SET due_at = NULL WHERE id = $1 AND due_at = $2`, c.Webhook, c.Until)
		return err
	})
	return behind, err
}

func (r table) Record(ctx context.Context, outcomes []Outcome) (started bool, _ error) {
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		for _, o := range outcomes {
			if err := r.record(ctx, tx, o); err != nil {
				return err
			}
		}
		for _, o := range outcomes {
			tag, err := tx.Exec(ctx, `
				UPDATE webhooks SET due_at = now() WHERE due_at IS NULL AND $2 <> 'pending' AND id = (
					SELECT id FROM webhooks WHERE payment = $1 AND state = 'pending' ORDER BY revision LIMIT 1)`,
				o.Payment, string(o.State))
			if started = started || tag.RowsAffected() > 0; err != nil {
				return err
			}
		}
		return nil
	})
	return started, err
}

func (r table) record(ctx context.Context, tx pgx.Tx, o Outcome) error {
	attempted := 0
	if o.Answer != nil {
		attempted = 1
		if _, err := tx.Exec(ctx, `
			INSERT INTO answers (webhook, status, body)
			SELECT $1::uuid, NULLIF($2::int, 0), CASE WHEN $2::int > 0 THEN $3::text END`, o.Webhook, o.Answer.Status, o.Answer.Body); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		UPDATE webhooks SET state = $3, attempts = attempts + $4, due_at = CASE WHEN $3 = 'pending' THEN now() + $5::interval END
		WHERE id = $1 AND state = 'pending' AND (due_at = $2 OR $3 <> 'pending' AND queued_at = $6)`,
		o.Webhook, o.Until, string(o.State), attempted, o.Pause, o.Queued)
	return err
}

func (r table) Adopt(ctx context.Context, id uuid.UUID) error {
	_, err := r.pool.Exec(ctx, `UPDATE webhooks SET due_at = now() WHERE id = $1 AND state = 'pending' AND due_at IS NULL`, id)
	return err
}

func (r table) Listen(ctx context.Context, heard func()) error {
	conn, err := pgx.ConnectConfig(ctx, r.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, `LISTEN webhooks`)
	for err == nil {
		heard()
		_, err = conn.WaitForNotification(ctx)
	}
	return err
}

func (r table) Died(ctx context.Context, since, until time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, _ := r.pool.Query(ctx, `
		SELECT id FROM webhooks WHERE state = 'dead' AND created_at >= $1 AND created_at < $2 AND id > $3
		ORDER BY id LIMIT $4`, since, until, after, limit)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func (r table) Reopen(ctx context.Context, id uuid.UUID) (bool, error) {
	tag, err := r.pool.Exec(ctx, `UPDATE webhooks SET state = 'pending', due_at = now(), queued_at = now(), attempts = 0
		WHERE id = $1 AND state <> 'pending'`, id)
	return tag.RowsAffected() > 0, err
}

// house is a database with webhooks in it, and whoever delivers them.
type house struct {
	table
	t    testing.TB
	poll time.Duration
}

func newHouse(t testing.TB) *house {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dbtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(t.Context(), tableSQL); err != nil {
		t.Fatal(err)
	}
	return &house{table: table{pool}, t: t, poll: 20 * time.Millisecond}
}

// open has a courier deliver until the returned function, or the test, ends: it cuts
// what is under way. adjust may be nil.
func (h *house) open(adjust func(*Courier)) (cut func()) {
	h.t.Helper()
	c := h.courier(adjust)
	running, retire := context.WithCancel(context.WithoutCancel(h.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(running, running)
	}()
	cut = sync.OnceFunc(func() {
		retire()
		select {
		case <-done:
		case <-time.After(deadline):
			h.t.Error("the courier does not stop")
		}
	})
	h.t.Cleanup(cut)
	return cut
}

// courier is one to run.
func (h *house) courier(adjust func(*Courier)) *Courier {
	h.t.Helper()
	secrets, err := webhooksig.NewSecrets(secret)
	if err != nil {
		h.t.Fatal(err)
	}
	c := NewCourier(Options{Outbox: h.table, Secrets: secrets, Log: quiet(), Allowed: loopback})
	c.ladder = ladder{20 * time.Millisecond, 20 * time.Millisecond}
	c.poll = h.poll
	if adjust != nil {
		adjust(c)
	}
	return c
}

// commit commits a webhook, as a change of the payment would.
func (h *house) commit(payment uuid.UUID, revision int, url, body string) uuid.UUID {
	h.t.Helper()
	id := uuid.New()
	err := pgx.BeginFunc(h.t.Context(), h.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(h.t.Context(), `
			INSERT INTO webhooks (id, payment, revision, url, body) SELECT $1, $2, $3, $4, $5 FROM pg_notify('webhooks', '')`,
			id, payment, revision, url, []byte(body))
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
		var state State
		err := h.pool.QueryRow(h.t.Context(), `SELECT state FROM webhooks WHERE id = $1`, id).Scan(&state)
		return err == nil && state == want
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
