package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/wire"
)

const (
	encryptionKey = "MCKOxv9B23r7EatArCFcBP03nfaS03T8"
	encryptionIV  = "9haeYD1tIf4v8xs7"
)

// script answers requests one by one, without a network: with the last of its
// answers once it has run out of others.
type script struct {
	answers  []answer
	requests []request
}

type answer struct {
	status     int // 0 breaks the connection
	retryAfter string
	body       string
}

type request struct{ operation, key, body string }

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	a := s.answers[min(len(s.requests), len(s.answers)-1)]
	s.requests = append(s.requests, request{
		r.Method + " " + strings.TrimPrefix(r.URL.Path, "/payments"), r.Header.Get("Idempotency-Key"), string(body),
	})
	if a.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Retry-After": {a.retryAfter}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r,
	}, nil
}

func (s *script) client(t *testing.T) *api.Client {
	t.Helper()
	c, err := api.New(api.Options{
		BaseURL: "http://payments.test", EncryptionKey: encryptionKey, EncryptionIV: encryptionIV,
		HTTPClient: &http.Client{Transport: s},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func problem(status int, code, retryAfter string) answer {
	return answer{status, retryAfter, fmt.Sprintf(`{"status":%d,"code":%q,"detail":"because"}`, status, code)}
}

func success(t *testing.T) answer {
	t.Helper()
	codec, err := wire.NewCodec(encryptionKey, encryptionIV)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: http.StatusOK, body: string(codec.Seal(nil, []byte(`{"id":"h1"}`)))}
}

var cancel = api.CancelHistory{Price: money.New(1), Reason: "r", Password: "secret"}

// TestClient_Retries runs on a clock of its own, so that seconds take no time.
func TestClient_Retries(t *testing.T) {
	t.Parallel()
	broken, ok := answer{}, success(t)
	for _, c := range []struct {
		name     string
		answers  []answer
		attempts int
		code     string // of the error; "" is success
		waits    time.Duration
	}{
		{"a broken connection", []answer{broken, ok}, 2, "", 0},
		{"an unknown outcome, when told to", []answer{problem(502, api.CodePGOutcomeUnknown, "3"), ok}, 2, "", 3 * time.Second},
		{"a gateway that was away", []answer{problem(502, api.CodePGUnavailable, "3"), ok}, 2, "", 3 * time.Second},
		{"a database that was away", []answer{problem(503, api.CodeDatabaseUnavailable, "2"), ok}, 2, "", 2 * time.Second},
		{"what is under way", []answer{problem(409, api.CodeInProgress, "1"), ok}, 2, "", time.Second},
		{"too many attempts, for a moment", []answer{problem(429, api.CodeTooManyAttempts, "2"), ok}, 2, "", 2 * time.Second},
		{"a proxy without a server", []answer{{503, "", "<html>"}, {504, "1", ""}, ok}, 3, "", time.Second},
		{"nothing for ever", []answer{problem(503, api.CodeDatabaseUnavailable, "")}, 6, api.CodeDatabaseUnavailable, 0},
		{"nothing that asks for more than seconds", []answer{problem(429, api.CodeTooManyAttempts, "60")}, 1, api.CodeTooManyAttempts, 0},
		{"no refusal", []answer{problem(403, api.CodeWrongPassword, "")}, 1, api.CodeWrongPassword, 0},
		{"no conflict", []answer{problem(409, api.CodeAlreadyRegistered, "")}, 1, api.CodeAlreadyRegistered, 0},
		{"no defect", []answer{problem(500, api.CodeInternalError, "")}, 1, api.CodeInternalError, 0},
		{"no refusal of a gateway with its own 503", []answer{problem(503, api.CodePGDeclined, "1")}, 1, api.CodePGDeclined, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: c.answers}
				began := time.Now()
				_, err := s.client(t).CancelHistory(t.Context(), cancel)
				if (err == nil) != (c.code == "") || err != nil && !api.IsCode(err, c.code) {
					t.Errorf("got %v, want %q", err, c.code)
				}
				if len(s.requests) != c.attempts {
					t.Errorf("%d attempts, want %d", len(s.requests), c.attempts)
				}
				if waited := time.Since(began); waited < c.waits || waited > c.waits+10*time.Second {
					t.Errorf("it took %v, want at least %v", waited, c.waits)
				}
				for _, r := range s.requests {
					if r.key == "" || r != s.requests[0] {
						t.Errorf("sent %+v after %+v: another request", r, s.requests[0])
					}
				}
			})
		})
	}
}

func TestClient_KeysAreItsOwnForEachCall(t *testing.T) {
	t.Parallel()
	s := &script{answers: []answer{success(t)}}
	client := s.client(t)
	for range 2 {
		if _, err := client.CancelHistory(t.Context(), cancel); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.CancelHistory(t.Context(), cancel, api.IdempotencyKey("mine")); err != nil {
		t.Fatal(err)
	}
	if _, err := client.History(t.Context(), "h1", "secret"); err != nil {
		t.Fatal(err)
	}
	if r := s.requests; r[0].key == r[1].key || r[2].key != "mine" || r[3].key != "" {
		t.Errorf("keys are %q, %q, %q and of a read %q", r[0].key, r[1].key, r[2].key, r[3].key)
	}
}

// TestClient_RefusesAnEmptyKey, as of a refund without an id: repeated without a
// key, it would be made as often as it is sent.
func TestClient_RefusesAnEmptyKey(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", " "} {
		s := &script{answers: []answer{success(t)}}
		_, err := s.client(t).CancelHistory(t.Context(), cancel, api.IdempotencyKey(key))
		if err == nil || !strings.Contains(err.Error(), "the idempotency key is empty") || len(s.requests) > 0 {
			t.Errorf("%q: got %v after %d requests, want a refusal before the first", key, err, len(s.requests))
		}
	}
}

func TestClient_RetriesEndWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []answer{problem(503, api.CodeDatabaseUnavailable, "2")}}
		ctx, cancelled := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancelled()
		began := time.Now()
		_, err := s.client(t).CancelHistory(ctx, cancel)
		if !errors.Is(err, context.DeadlineExceeded) || !api.IsCode(err, api.CodeDatabaseUnavailable) {
			t.Errorf("got %v, want the deadline and what it ended", err)
		}
		if took := time.Since(began); took != 3*time.Second || len(s.requests) != 2 {
			t.Errorf("%d attempts in %v, want 2 in 3s", len(s.requests), took)
		}
	})
}
