package handover

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestBalance(t *testing.T) {
	t.Parallel()
	const us, them, third = 7, 8, 9
	for _, c := range []struct {
		name           string
		workers        int
		mine, others   int // before
		accepts, pause int // the first that it rests after; 0: none
	}{
		{"Alone", 1, 100, 0, 20, 0},
		{"UnderAnOldSupervisor", 0, 100, 0, 20, 0},
		{"OfTwoEqual", 2, 10, 10, 20, slack + 1},
		{"WithFewer", 2, 0, 10, 10 + slack, 0},
		{"WithMore", 2, 10 + slack, 10, 1, 1},
		{"OfThree", 3, 10, 20, slack + 1, slack + 1},
		{"OfThreeOfWhichOneHasNone", 3, 10, 10, 1, 1},
		{"WhileOldWorkersDrain", 2, 10, 100, 60, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			board, err := NewBoard()
			must(t, err)
			defer board.File().Close()
			for range c.mine {
				board.sit(us)
			}
			for i := range c.others {
				board.sit(them + i%2*(third-them))
			}
			b := balance{board: board, pid: us, workers: c.workers}
			first := 0
			for n := range c.accepts {
				board.sit(us)
				if rest := b.accepted(); rest > 0 && first == 0 {
					first = n + 1
				}
			}
			if first != c.pause {
				t.Errorf("%s: it rests after connection %d, want %d", c.name, first, c.pause)
			}
		})
	}
	t.Run("CountsAnew", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			board, err := NewBoard()
			must(t, err)
			defer board.File().Close()
			b := balance{board: board, pid: us, workers: 2}
			for range slack + 1 {
				board.sit(us)
			}
			if b.accepted() != breath {
				t.Fatal("it does not rest")
			}
			for range slack + 1 {
				board.sit(them)
			}
			board.sit(us)
			if b.accepted() != breath {
				t.Error("it looks at the board for each connection")
			}
			time.Sleep(breath) // by synctest's clock: it takes no time, and exactly so much passes
			board.sit(us)
			if b.accepted() != 0 {
				t.Error("it rests although others have as many")
			}
		})
	})
}
