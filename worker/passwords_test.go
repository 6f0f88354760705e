package worker_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// freeTries are the wrong passwords that are looked at without a pause.
const freeTries = 5

func TestRecordPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stored := func(t *testing.T, password string) (source api.Source, path string) {
		source = w.source()
		in := w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 1000)
		in.Password = password
		return source, "/payments/histories/" + w.mustStore(in).ID
	}

	t.Run("GuessingIsRefusedForAWhile", func(t *testing.T) {
		t.Parallel()
		source, path := stored(t, somePassword)
		tries, refused := w.guess(t, source, path)
		if tries < freeTries {
			t.Errorf("refused after %d wrong passwords, want %d free ones", tries, freeTries)
		}
		if seconds, err := strconv.Atoi(refused.Get("Retry-After")); err != nil || seconds < 1 {
			t.Errorf("Retry-After is %q, want seconds", refused.Get("Retry-After"))
		}
		eventually(t, "a password is looked at again", func() bool {
			p := w.call("PATCH", path, api.Password{Password: "wrong again"}, nil)
			return p != nil && p.Code == "wrong_password"
		})
	})

	t.Run("GuessingLocksNobodyOutWhoIsAtWork", func(t *testing.T) {
		t.Parallel()
		source, path := stored(t, somePassword)
		read := func() *api.Problem { return w.call("PATCH", path, api.Password{Password: somePassword}, new(seen)) }
		if p := read(); p != nil {
			t.Fatal(p)
		}
		w.guess(t, source, path)
		if p := read(); p != nil {
			t.Errorf("who knows the password is told %v", p)
		}
	})

	t.Run("IsKnownFromTheMomentItIsStored", func(t *testing.T) {
		t.Parallel()
		source, path := stored(t, somePassword)
		w.guess(t, source, path)
		if p := w.call("PATCH", path, api.Password{Password: somePassword}, new(seen)); p != nil {
			t.Errorf("the password had to be computed, although it was stored just before: %v", p)
		}
	})

	t.Run("IsNotGuessedByStoringAgain", func(t *testing.T) {
		t.Parallel()
		source := w.source()
		in := w.storing(api.Iamport, w.iamportCard(source.ID, 1000), source, 1000)
		w.mustStore(in)
		in.Password = "wrong"
		for range 4 * freeTries { // a slow machine may let some waits pass by
			p := w.call("POST", "/payments/histories", in, nil)
			if p != nil && p.Code == "too_many_attempts" {
				return
			}
			if p == nil || p.Code != "already_registered" {
				t.Fatalf("another password is answered %v", p)
			}
		}
		t.Error("guessing goes on for ever")
	})

	t.Run("GuessingAtOneRecordLeavesOthersAlone", func(t *testing.T) {
		t.Parallel()
		_, other := stored(t, somePassword)
		source, path := stored(t, somePassword)
		w.guess(t, source, path)
		if p := w.call("PATCH", other, api.Password{Password: "wrong"}, nil); p == nil || p.Code != "wrong_password" {
			t.Errorf("a first wrong password: %v", p)
		}
	})

	t.Run("CountsBeyond72Bytes", func(t *testing.T) {
		t.Parallel()
		long := strings.Repeat("비밀", 50) // 300 bytes; bcrypt knows 72
		source, path := stored(t, long)
		if p := w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: long},
			new(seen)); p != nil {
			t.Errorf("the same: %v", p)
		}
		for name, password := range map[string]string{
			"another in its last letter": long[:len(long)-len("밀")] + "번",
			"one letter shorter":         long[:len(long)-len("밀")],
			"what bcrypt would compare":  long[:72],
		} {
			if p := w.call("PATCH", path, api.Password{Password: password}, nil); p == nil || p.Status != 403 {
				t.Errorf("%s: %v, want 403", name, p)
			}
		}
	})
}

// guess tries wrong passwords in every way until they are not looked at any more.
// It returns how many were, and the header of the refusal.
func (w *world) guess(t *testing.T, source api.Source, path string) (tries int, refused http.Header) {
	t.Helper()
	ways := []struct {
		method, path string
		in           any
	}{
		{"PATCH", path, api.Password{Password: "wrong"}},
		{"PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: "wrong"}},
		{"PUT", "/payments/histories/cancel", api.CancelHistory{Source: source, Password: "wrong", Price: money.New(1),
			Reason: "r"}},
	}
	for ; tries < 4*freeTries; tries++ { // a slow machine may let some waits pass by
		way := ways[tries%len(ways)]
		request := w.request(way.method, way.path, mustv(json.Marshal(way.in))(t))
		answer := mustv(http.DefaultClient.Do(request))(t)
		_ = answer.Body.Close()
		switch answer.StatusCode {
		case http.StatusForbidden:
		case http.StatusTooManyRequests:
			return tries, answer.Header
		default:
			t.Fatalf("a wrong password is answered %d", answer.StatusCode)
		}
	}
	t.Fatalf("%d wrong passwords were looked at", tries)
	return tries, nil
}
