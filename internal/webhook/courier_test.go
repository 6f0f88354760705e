package webhook

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/webhooksig"
)

func TestDelivery(t *testing.T) {
	t.Parallel()
	t.Run("ArrivesSealedAndSigned", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) { fmt.Fprint(w, "thanks") })
		id := h.commit(uuid.New(), 1, s.URL, "sealed body")
		h.await(id, Delivered)

		got := s.received()
		if len(got) != 1 || got[0].body != "sealed body" || got[0].header.Get("Content-Type") != "text/plain" {
			t.Fatalf("received %+v", got)
		}
		secrets, _ := webhooksig.NewSecrets(secret)
		if err := secrets.Verify(got[0].header, []byte(got[0].body), time.Now()); err != nil {
			t.Error(err)
		}
		if name := got[0].header.Get(webhooksig.HeaderID); name != id.String() {
			t.Errorf("webhook-id is %s, want %s", name, id)
		}
		if _, ok := got[0].header["X-Idempotency-Key"]; ok {
			t.Error("a header meant for net/http was sent")
		}
		if statuses, body := h.answers(id); !slices.Equal(statuses, []int{200}) || *body != "thanks" {
			t.Errorf("recorded %v %q", statuses, *body)
		}
	})

	// Nobody polls, so a webhook that nobody was told of does not come.
	t.Run("DoesNotWaitForAPoll", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.poll = time.Minute
		h.open(nil)
		s := newService(t, nil)
		for range 10 {
			h.await(h.commit(uuid.New(), 1, s.URL, "body"), Delivered)
		}
	})

	t.Run("IsRetriedUnderItsIDUntilAccepted", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, n int) {
			switch n {
			case 1:
				panic(http.ErrAbortHandler) // closes the connection without an answer
			case 2:
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		statuses, _ := h.answers(id)
		if !slices.Equal(statuses, []int{0, 500, 200}) {
			t.Errorf("recorded %v", statuses)
		}
		for _, r := range s.received() {
			if r.header.Get(webhooksig.HeaderID) != id.String() || r.body != "body" {
				t.Errorf("received %+v", r)
			}
		}
	})

	t.Run("DiesAtTheEndOfTheLadder", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		var seen []State
		stop := h.open(func(c *Courier) { c.observe = func(a Attempt) { seen = append(seen, a.State) } })
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusBadRequest) })
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Dead)
		stop()
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{400, 400, 400}) {
			t.Errorf("recorded %v", statuses)
		}
		if !slices.Equal(seen, []State{Pending, Pending, Dead}) {
			t.Errorf("observed %v", seen)
		}
	})

	t.Run("DiesAtOnceWhereTheServiceIsGone", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusGone) })
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Dead)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{410}) {
			t.Errorf("recorded %v", statuses)
		}
	})

	t.Run("IsNotCarriedToWhereItIsRedirected", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		elsewhere := newService(t, nil)
		s := newService(t, func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
			}
		})
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{307, 200}) || len(elsewhere.received()) > 0 {
			t.Errorf("recorded %v, elsewhere received %v", statuses, elsewhere.received())
		}
	})

	t.Run("WaitsAsLongAsItIsAskedTo", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		var first, second atomic.Int64
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				first.Store(time.Now().UnixNano())
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			second.Store(time.Now().UnixNano())
		})
		h.await(h.commit(uuid.New(), 1, s.URL, "body"), Delivered)
		if waited := time.Duration(second.Load() - first.Load()); waited < 990*time.Millisecond {
			t.Errorf("came again after %s", waited)
		}
	})

	t.Run("RecordsTheBeginningOfALongAnswer", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			fmt.Fprint(w, "a\x00b\xff"+strings.Repeat("x", 1<<20))
		})
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		if _, body := h.answers(id); !strings.HasPrefix(*body, "a\uFFFDb\uFFFDxxx") || len(*body) > maxAnswer+8 {
			t.Errorf("recorded %d bytes: %.20q", len(*body), *body)
		}
	})

	t.Run("IsTakenThoughTheAnswerBreaksOff", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		if statuses, body := h.answers(id); !slices.Equal(statuses, []int{200}) || *body != "half" {
			t.Errorf("recorded %v %q", statuses, *body)
		}
	})

	t.Run("FailsWhereNoAnswerComesInTime", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(func(c *Courier) { c.sender.timeout = 100 * time.Millisecond })
		s := newService(t, func(_ http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				<-r.Context().Done()
			}
		})
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{0, 200}) {
			t.Errorf("recorded %v", statuses)
		}
	})

	t.Run("NeverReachesAnAddressInside", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(func(c *Courier) { c.sender = newSender(c.sender.secrets, nil) })
		s := newService(t, nil)
		for _, url := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)} {
			id := h.commit(uuid.New(), 1, url, "body")
			h.await(id, Dead)
			if statuses, body := h.answers(id); !slices.Equal(statuses, []int{0, 0, 0}) || body != nil {
				t.Errorf("%s: recorded %v", url, statuses)
			}
		}
		if got := s.received(); len(got) > 0 {
			t.Errorf("received %v", got)
		}
	})

	t.Run("IsPutOffWhileItsHostIsAway", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		s := newService(t, nil)
		until := time.Now().Add(500 * time.Millisecond)
		h.open(func(c *Courier) { mustBeAway(t, c.gate, s, until) })
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.await(id, Delivered)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{200}) || time.Now().Before(until) {
			t.Errorf("recorded %v, %s too early", statuses, time.Until(until))
		}
	})

	t.Run("IsTriedOnceMoreBeforePatienceEndsThoughItsHostIsAway", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		s := newService(t, func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusBadGateway) })
		id := h.commit(uuid.New(), 1, s.URL, "body")
		h.exec(`UPDATE webhooks SET queued_at = now() - $1::interval`, patience+time.Second)
		h.open(func(c *Courier) { mustBeAway(t, c.gate, s, time.Now().Add(time.Hour)) })
		h.await(id, Dead)
		if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{502}) {
			t.Errorf("recorded %v", statuses)
		}
	})

	t.Run("DiesAtOnceWhereThereIsNothingToCall", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.open(nil)
		for _, url := range []string{"ftp://127.0.0.1/", "http://", "://", "http://a b/", "/path"} {
			id := h.commit(uuid.New(), 1, url, "body")
			h.await(id, Dead)
			if statuses, _ := h.answers(id); !slices.Equal(statuses, []int{0}) {
				t.Errorf("%s: recorded %v", url, statuses)
			}
		}
	})

	t.Run("TellsNoURLInTheLog", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		var log bytes.Buffer
		cut := h.open(func(c *Courier) { c.log = slog.New(slog.NewTextHandler(&log, nil)) })
		id := h.commit(uuid.New(), 1, "http://user:word@127.0.0.1:1/path?token=x", "body")
		h.await(id, Dead)
		cut()
		if said := log.String(); strings.Count(said, "connection refused") != 3 || !strings.Contains(said, "webhook is dead") ||
			strings.Contains(said, "token") || strings.Contains(said, "word") || strings.Contains(said, "body") {
			t.Errorf("the log says %s", said)
		}
	})
}

// mustBeAway lets the gate take the service's host for one that is away.
func mustBeAway(t *testing.T, g *gate, s *service, until time.Time) {
	t.Helper()
	name := strings.TrimPrefix(s.URL, "http://")
	for range hostFailures {
		mustEnter(t, g, name)(away)
	}
	h, _ := g.hosts.Get(name)
	h.until = until
}
