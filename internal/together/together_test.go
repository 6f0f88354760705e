package together_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samchon/payments-server/internal/together"
)

func TestTrips(t *testing.T) {
	t.Parallel()
	errOdd := errors.New("odd")
	var trips [][]int
	back := make(chan struct{})
	double := &together.Trips[int, string]{Most: 3, Do: func(_ context.Context, in []int) ([]string, error) {
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
				got, err := double.Call(t.Context(), n)
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
}

// A trip that hangs holds up who is on it, not who comes later.
func TestTrips_HaveLanes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		same := &together.Trips[int, int]{Most: 3, Lanes: 2, Do: func(_ context.Context, in []int) ([]int, error) {
			if in[0] == 0 {
				<-hang
			}
			return in, nil
		}}
		var stuck, others sync.WaitGroup
		stuck.Go(func() { _, _ = same.Call(t.Context(), 0) })
		synctest.Wait()
		for n := 1; n <= 50; n++ {
			others.Go(func() {
				for range 20 {
					if got, err := same.Call(t.Context(), n); got != n || err != nil {
						t.Errorf("Call(%d) = %d, %v", n, got, err)
					}
				}
			})
		}
		others.Wait()
		close(hang)
		stuck.Wait()
	})
}

// A panic is its leader's; who was with it learns of a failure, and who comes later is answered.
func TestTrips_GoOnAfterAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		same := &together.Trips[int, int]{Most: 3, Do: func(_ context.Context, in []int) ([]int, error) {
			switch in[0] {
			case 1:
				<-hang
			case 2:
				panic("two")
			}
			return in, nil
		}}
		var all sync.WaitGroup
		call := func(n int, check func(got int, err error, panicked any)) {
			all.Go(func() {
				var got int
				err := errors.New("it did not return")
				defer func() { check(got, err, recover()) }()
				got, err = same.Call(t.Context(), n)
			})
			synctest.Wait()
		}
		well := func(got int, err error, panicked any) {
			if got != 1 || err != nil || panicked != nil {
				t.Errorf("got %d, %v, %v", got, err, panicked)
			}
		}
		call(1, well)
		call(2, func(_ int, _ error, panicked any) {
			if panicked != "two" {
				t.Errorf("the leader's panic is %v", panicked)
			}
		})
		call(3, func(_ int, err error, panicked any) {
			if err == nil || panicked != nil {
				t.Errorf("who was with it got %v, %v", err, panicked)
			}
		})
		close(hang)
		all.Wait()
		call(1, well)
		all.Wait()
	})
}

// Another lane opens only past a slow trip, and then for those who wait already as well.
func TestTrips_OvertakeASlowOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slow = time.Second
		var trips [][]int
		hang, began := make(chan struct{}), time.Now()
		same := &together.Trips[int, int]{Most: 3, Lanes: 2, Slow: slow, Do: func(_ context.Context, in []int) ([]int, error) {
			trips = append(trips, slices.Sorted(slices.Values(in)))
			if in[0] == 0 {
				<-hang
			}
			return in, nil
		}}
		var stuck, others sync.WaitGroup
		stuck.Go(func() { _, _ = same.Call(t.Context(), 0) })
		synctest.Wait()
		for n := 1; n <= 4; n++ {
			others.Go(func() {
				if got, err := same.Call(t.Context(), n); got != n || err != nil {
					t.Errorf("Call(%d) = %d, %v", n, got, err)
				}
			})
			synctest.Wait()
		}
		others.Wait()
		if waited := time.Since(began); waited != slow {
			t.Errorf("they waited %v, want %v", waited, slow)
		}
		if want := [][]int{{0}, {1, 2, 3}, {4}}; !slices.EqualFunc(trips, want, slices.Equal) {
			t.Errorf("trips %v, want %v", trips, want)
		}
		close(hang)
		stuck.Wait()
	})
}
