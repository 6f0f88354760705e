package courier_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/courier"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shop receives webhooks, and answers with the statuses it is given, then 200.
type shop struct {
	*httptest.Server
	mu       sync.Mutex
	received []string
	answers  []int
}

func openShop(t *testing.T, answers ...int) *shop {
	t.Helper()
	s := &shop{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.received = append(s.received, string(body))
		if len(s.answers) > 0 {
			w.WriteHeader(s.answers[0])
			s.answers = s.answers[1:]
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *shop) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// open returns a courier whose first messages meet the plans.
func open(t *testing.T, o courier.Options, plans ...fault.Plan) *courier.Courier {
	t.Helper()
	o.Faults = new(fault.Plans)
	for _, p := range plans {
		o.Faults.MustAdd(p)
	}
	if o.Clock == nil {
		o.Clock = clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	}
	if o.Keep == 0 {
		o.Keep = 100
	}
	c := courier.New(o)
	t.Cleanup(c.Close)
	return c
}

func message(body string) courier.Message {
	return courier.Message{Payment: "imp_1", Event: "paid", Body: []byte(body)}
}

func settle(t *testing.T, c *courier.Courier) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := c.Wait(ctx); err != nil {
		t.Fatalf("the courier did not come to rest: %v", err)
	}
}

func TestSend(t *testing.T) {
	t.Parallel()

	t.Run("KeepsTheOrderOfAPayment", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		c := open(t, courier.Options{URL: s.URL})
		var want []string
		for i := range 50 {
			want = append(want, strconv.Itoa(i))
			c.Send(message(want[i]))
		}
		settle(t, c)
		if got := s.got(); !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
	})

	t.Run("CountsAsDeliveredWhenNobodyListens", func(t *testing.T) {
		t.Parallel()
		c := open(t, courier.Options{})
		c.Send(message("a"))
		settle(t, c)
		if log := c.Log(); len(log) != 1 || log[0].State != courier.Delivered {
			t.Errorf("log = %+v", log)
		}
	})

	t.Run("PrefersTheMessagesOwnURL", func(t *testing.T) {
		t.Parallel()
		own, general := openShop(t), openShop(t)
		c := open(t, courier.Options{URL: general.URL})
		m := message("a")
		m.URL = own.URL
		c.Send(m)
		settle(t, c)
		if len(own.got()) != 1 || len(general.got()) != 0 {
			t.Errorf("own URL got %v, the general one %v", own.got(), general.got())
		}
	})

	t.Run("RemembersOnlyTheNewest", func(t *testing.T) {
		t.Parallel()
		c := open(t, courier.Options{Keep: 3})
		for range 100 {
			c.Send(message("a"))
		}
		settle(t, c)
		if log := c.Log(); len(log) != 3 || log[2].ID != 100 {
			t.Errorf("log = %+v", log)
		}
	})
}

func TestLadder(t *testing.T) {
	t.Parallel()
	ladder := []time.Duration{time.Minute, 4 * time.Minute, 16 * time.Minute}

	t.Run("IsClimbedUntilTheShopTakesIt", func(t *testing.T) {
		t.Parallel()
		s := openShop(t, 500, 500)
		now := clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		c := open(t, courier.Options{URL: s.URL, Clock: now, Ladder: ladder})
		c.Send(message("a"))
		settle(t, c)
		now.Advance(24 * time.Hour)
		delivery := c.Log()[0]
		if delivery.State != courier.Delivered || len(delivery.Attempts) != 3 {
			t.Fatalf("delivery = %+v", delivery)
		}
		first := delivery.Attempts[0].At
		for i, want := range []time.Duration{0, time.Minute, 5 * time.Minute} {
			if got := delivery.Attempts[i].At.Sub(first); got != want {
				t.Errorf("attempt %d came after %v, want %v", i+1, got, want)
			}
		}
	})

	t.Run("BeginsWhenTheMessageWasSentHoweverFarTheClockMoves", func(t *testing.T) {
		t.Parallel()
		s := openShop(t, 500, 500)
		now := clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		c := open(t, courier.Options{URL: s.URL, Clock: now, Ladder: ladder})
		due := now.Now().Add(time.Hour)
		now.AfterFunc(time.Hour, func() { c.Send(message("expired")) })
		now.Advance(24 * time.Hour)
		d := c.Log()[0]
		if d.State != courier.Delivered || len(d.Attempts) != 3 || !d.Attempts[0].At.Equal(due) {
			t.Errorf("delivery = %+v, want it delivered by its third attempt, the first at %v", d, due)
		}
	})

	t.Run("EndsInFailure", func(t *testing.T) {
		t.Parallel()
		s := openShop(t, 500, 500, 500, 500, 500)
		now := clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		c := open(t, courier.Options{URL: s.URL, Clock: now, Ladder: ladder})
		c.Send(message("a"))
		settle(t, c)
		now.Advance(24 * time.Hour)
		if d := c.Log()[0]; d.State != courier.Failed || len(d.Attempts) != 4 {
			t.Errorf("delivery = %+v, want failed after 4 attempts", d)
		}
	})

	t.Run("StopsAtAnAnswerThatForbidsIt", func(t *testing.T) {
		t.Parallel()
		s := openShop(t, 404)
		now := clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		c := open(t, courier.Options{
			URL: s.URL, Clock: now, Ladder: ladder, Retry: func(status int) bool { return status >= 500 },
		})
		c.Send(message("a"))
		settle(t, c)
		now.Advance(24 * time.Hour)
		if d := c.Log()[0]; d.State != courier.Failed || len(d.Attempts) != 1 {
			t.Errorf("delivery = %+v, want failed after one attempt", d)
		}
	})
}

func TestResend_SendsALoggedMessageOnceMore(t *testing.T) {
	t.Parallel()
	s := openShop(t, 500)
	c := open(t, courier.Options{URL: s.URL})
	c.Send(message("a"))
	settle(t, c)
	if !c.Resend(1) {
		t.Fatal("message 1 is unknown")
	}
	settle(t, c)
	if d := c.Log()[0]; d.State != courier.Delivered || len(d.Attempts) != 2 {
		t.Errorf("delivery = %+v", d)
	}
	if c.Resend(2) {
		t.Error("resent a message that never was")
	}
}

func TestClose_EndsAnAttemptThatHangs(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-release
	}))
	defer s.Close()
	defer close(release)
	c := open(t, courier.Options{URL: s.URL})
	c.Send(message("a"))
	c.Send(message("never sent"))
	<-arrived
	c.Close() // returns, although the shop does not answer
	c.Close()
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for address, fine := range map[string]bool{
		"": true, "http://127.0.0.1:37821/payments/webhooks/iamport": true, "https://shop.example": true,
		"ftp://shop.example": false, "/webhooks": false, "http://": false, "::": false,
	} {
		if err := courier.CheckURL(address); (err == nil) != fine {
			t.Errorf("CheckURL(%q) = %v", address, err)
		}
	}
}
