package store

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/samchon/payments-server/internal/store/sqlcgen"
)

// TestTransaction_SurvivesADeadlock: of two that wait for each other PostgreSQL
// ends one, and nobody is told.
func TestTransaction_SurvivesADeadlock(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	execute(t, url, `CREATE TABLE counters (name text PRIMARY KEY, n int NOT NULL); INSERT INTO counters VALUES ('a', 0), ('b', 0)`)
	s := openStore(t, url, ourKeys(t, newKey))

	var first, both sync.WaitGroup // what each has locked first
	first.Add(2)
	var begun atomic.Int32
	crosswise := func(one, other string) {
		locked := sync.OnceFunc(first.Done)
		err := s.transaction(t.Context(), func(tx pgx.Tx, _ *sqlcgen.Queries) error {
			begun.Add(1)
			for _, name := range []string{one, other} {
				if _, err := tx.Exec(t.Context(), `UPDATE counters SET n = n + 1 WHERE name = $1`, name); err != nil {
					return err
				}
				locked()
				first.Wait()
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s, then %s: %v", one, other, err)
		}
	}
	both.Go(func() { crosswise("a", "b") })
	both.Go(func() { crosswise("b", "a") })
	both.Wait()
	if n := begun.Load(); n < 3 {
		t.Errorf("%d transactions begun: there was no deadlock, the test shows nothing", n)
	}
	if sum := ask[int](t, s, `SELECT sum(n) FROM counters WHERE n = 2`); sum != 4 {
		t.Errorf("counted %d, want both counted twice", sum)
	}
}
