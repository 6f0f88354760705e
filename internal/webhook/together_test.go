package webhook

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
)

func TestTogether(t *testing.T) {
	t.Parallel()
	errOdd := errors.New("odd")
	var trips [][]int
	back := make(chan struct{})
	double := &together[int, string]{most: 3, do: func(_ context.Context, in []int) ([]string, error) {
		trips = append(trips, slices.Sorted(slices.Values(in)))
		if len(trips) == 1 {
			<-back
		}
		out := make([]string, len(in))
		for i, n := range in {
			if n == 13 {
				return nil, errOdd
			}
			out[i] = strconv.Itoa(2 * n)
		}
		return out, nil
	}}
	synctest.Test(t, func(t *testing.T) {
		back = make(chan struct{})
		var all sync.WaitGroup
		ask := func(n int, want error) {
			all.Go(func() {
				got, err := double.call(t.Context(), n)
				if !errors.Is(err, want) || err == nil && got != strconv.Itoa(2*n) {
					t.Errorf("call(%d) = %q, %v", n, got, err)
				}
			})
			synctest.Wait()
		}
		ask(1, nil) // goes alone
		for _, n := range []int{2, 3, 4} {
			ask(n, nil) // wait for it, and go together
		}
		ask(13, errOdd) // one too many: goes with the next
		ask(5, nil)
		close(back)
		all.Wait()
	})
	want := [][]int{{1}, {2, 3, 4}, {5, 13}, {13}, {5}} // the two that failed together, each alone
	if !slices.EqualFunc(trips, want, slices.Equal) {
		t.Errorf("trips %v, want %v", trips, want)
	}
	if double.busy || double.waiting != nil {
		t.Error("it waits for somebody who has gone")
	}
}
