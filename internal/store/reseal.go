package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

const (
	// resealPage is how many values are read at a time.
	resealPage = 500
	// resealing is how many are written at the same time. Each is a statement of
	// its own: one that held several rows could deadlock with a worker's.
	resealing = 4
	// mostLost bounds the rows that a Tally names.
	mostLost = 10
)

// Rotation says how to Reseal.
type Rotation struct {
	DryRun   bool        // count only
	Progress func(Tally) // called after each page
}

// Tally counts the values of one sealed column.
type Tally struct {
	Column     string // payment_histories.data
	Rows       int    // values looked at, the sum of those below
	Resealed   int    // were under an older key or the original's; with DryRun, still are
	Current    int
	Unreadable int      // left as they are
	Lost       []string // the rows of the first unreadable ones
	// Done is how far we are, from 0 to 1, by an estimate of the rows there are: 1 only at the end.
	Done float64

	all int // the estimate
}

// almost is Done of a column that has turned out longer than its estimate.
const almost = 0.99

// Reseal brings every sealed value under its ring's first key while workers serve.
// What a worker writes meanwhile is never overwritten. It may be interrupted and
// begun again; the tallies are then of what was looked at. The keys that it
// replaces may be dropped when all workers have the new ones and a dry run finds
// nothing to reseal.
func (s *Store) Reseal(ctx context.Context, r Rotation) ([]Tally, error) {
	var tallies []Tally
	for _, c := range s.sealedColumns() {
		tally, err := s.resealColumn(ctx, c, r)
		tallies = append(tallies, tally)
		if err != nil {
			return tallies, fmt.Errorf("reseal %s: %w", tally.Column, translate(err))
		}
	}
	return tallies, nil
}

func (s *Store) resealColumn(ctx context.Context, c column, r Rotation) (Tally, error) {
	tally := Tally{Column: c.table + "." + c.name}
	if err := s.pool.QueryRow(ctx, c.estimateSQL()).Scan(&tally.all); err != nil {
		return tally, err
	}
	for after := c.first; ; {
		page, err := s.sealedPage(ctx, c, after)
		if err != nil {
			return tally, err
		}
		last := len(page) < resealPage
		err = s.resealPage(ctx, c, page, r.DryRun, &tally)
		if err == nil && last {
			tally.Done = 1
		}
		if r.Progress != nil {
			r.Progress(tally)
		}
		if err != nil || last {
			return tally, err
		}
		after = page[len(page)-1].key
	}
}

// sealed is one value: its row, and the text as it was read.
type sealed struct {
	key  []string
	text string
}

// fate is what became of a value.
type fate int

const (
	untouched fate = iota // interrupted before, or the row is gone
	resealed
	current
	unreadable
)

func (s *Store) sealedPage(ctx context.Context, c column, after []string) ([]sealed, error) {
	rows, err := s.pool.Query(ctx, c.pageSQL(), anys(after)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v sealed, _ error) {
		v.key = make([]string, len(c.key))
		into := []any{&v.text}
		for i := range v.key {
			into = append(into, &v.key[i])
		}
		return v, row.Scan(into...)
	})
}

func (s *Store) resealPage(ctx context.Context, c column, page []sealed, dryRun bool, tally *Tally) error {
	fates := make([]fate, len(page))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(resealing)
	for i, v := range page {
		group.Go(func() (err error) {
			fates[i], err = s.reseal(ctx, c, v, dryRun)
			return err
		})
	}
	err := group.Wait()
	for i, f := range fates {
		tally.add(f, page[i])
	}
	return err
}

// reseal replaces a text where it still stands as it was read. Where it does not,
// a worker was faster, and the new text is looked at.
func (s *Store) reseal(ctx context.Context, c column, v sealed, dryRun bool) (fate, error) {
	place := c.place(v.key)
	for {
		plain, ok := c.open(v.text, place)
		switch {
		case !ok:
			return unreadable, nil
		case !c.ring.NeedsReseal(v.text):
			return current, nil
		case dryRun:
			return resealed, nil
		}
		fresh, err := c.ring.Seal(plain, place)
		if err != nil {
			return untouched, err
		}
		swap, err := s.pool.Exec(ctx, c.swapSQL(), append([]any{v.text, fresh}, anys(v.key)...)...)
		if err != nil {
			return untouched, err
		}
		if swap.RowsAffected() > 0 {
			return resealed, nil
		}
		err = s.pool.QueryRow(ctx, c.rowSQL(), anys(v.key)...).Scan(&v.text)
		if errors.Is(err, pgx.ErrNoRows) {
			return untouched, nil
		}
		if err != nil {
			return untouched, err
		}
	}
}

func (t *Tally) add(f fate, v sealed) {
	switch f {
	case untouched:
		return
	case resealed:
		t.Resealed++
	case current:
		t.Current++
	case unreadable:
		t.Unreadable++
		if len(t.Lost) < mostLost {
			t.Lost = append(t.Lost, strings.Join(v.key, " "))
		}
	}
	t.Rows++
	t.Done = min(float64(t.Rows)/float64(max(t.all, 1)), almost)
}
