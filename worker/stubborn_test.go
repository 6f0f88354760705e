package worker_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// stubborn stands before a PG that has answered one of its idempotency keys with a
// trouble of the moment, and repeats that for as long as it keeps keys, as Toss does.
type stubborn struct {
	door  *door
	about func(*http.Request) bool

	mu  sync.Mutex
	key string // that gets the trouble: the first one
}

func (s *stubborn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.about(r) && s.troubled(r.Header.Get("Idempotency-Key")) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"code":"PROVIDER_ERROR","message":"일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요."}`)
		return
	}
	s.door.ServeHTTP(w, r)
}

func (s *stubborn) troubled(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key == "" {
		s.key = key
	}
	return s.key == key
}

// TestCancel_TakesAnotherKeyIfTheFirstOnlyRepeatsTrouble: or else the customer would
// wait for two weeks, and then for a person.
func TestCancel_TakesAnotherKeyIfTheFirstOnlyRepeatsTrouble(t *testing.T) {
	t.Parallel()
	w := newSurroundings(t)
	s := &stubborn{door: newDoor(t, w.tossURL), about: byMethod(cancelPath(api.Toss))}
	gateway := httptest.NewServer(s)
	t.Cleanup(gateway.Close)
	w.tossURL = gateway.URL
	w.open()
	source := w.source()
	w.mustStore(w.storing(api.Toss, w.tossCard(source.ID, 9000), source, 9000))
	cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(2500), Reason: "stubborn"}
	key := uuid.NewString()
	for range 2 {
		if status, answer := w.keyedCall("PUT", "/payments/histories/cancel", key, cancel); status < 300 {
			t.Fatalf("told %d %s of a refund that has not happened", status, answer)
		}
	}
	w.sql(`UPDATE payments.payment_intents SET created_at = created_at - interval '11 minutes' WHERE kind = 'cancel'`)
	if done := w.untilDone("PUT", "/payments/histories/cancel", key, cancel); len(done.Cancels) != 1 {
		t.Errorf("%d refunds, want 1", len(done.Cancels))
	} else {
		w.agree(api.Toss, done)
	}
}
