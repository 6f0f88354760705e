package worker_test

import (
	"os"
	"testing"

	"github.com/samchon/payments-server/api"
)

// The database of the original is the one in internal/store's tests, which look at
// all of it.
func TestTakesOverTheOriginal(t *testing.T) {
	t.Parallel()
	w := newSurroundings(t)
	w.sql(string(mustv(os.ReadFile("../internal/store/testdata/original.sql"))(t)))
	w.open()

	var read seen
	const history = "/payments/histories/6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01"
	if p := w.call("PATCH", history, api.Password{Password: somePassword}, &read); p != nil {
		t.Fatalf("with the right password: %v", p)
	}
	if read.Price.String() != "20000" || read.Refund.String() != "5000" || len(read.Cancels) != 2 ||
		read.Cancels[0].Price.String() != "3000" || read.Cancels[1].Price.String() != "2000" {
		t.Errorf("read %+v", read)
	}
	if p := w.call("PATCH", history, api.Password{Password: "another"}, nil); p == nil || p.Status != 403 {
		t.Errorf("with a wrong password: %v, want 403", p)
	}

	var card api.Reservation
	const reservation = "/payments/reservations/5e5e5e5e-5e5e-4e5e-8e5e-5e5e5e5e5e01"
	if p := w.call("PATCH", reservation, api.Password{Password: somePassword}, &card); p != nil || card.Title != "내 카드" {
		t.Errorf("reservation %+v: %v", card, p)
	}
	if p := w.call("PATCH", reservation, api.Password{Password: "another"}, nil); p == nil || p.Status != 403 {
		t.Errorf("reservation with a wrong password: %v, want 403", p)
	}

	if n := w.count(`SELECT (SELECT count(*) FROM payments.payment_histories WHERE password LIKE '$2a$%' AND id::text LIKE '6f1d2b9a%')
		+ (SELECT count(*) FROM payments.payment_reservations WHERE password LIKE '$2a$%')`); n != 0 {
		t.Errorf("%d records that were opened keep their bcrypt hash", n)
	}
	w.open() // another worker, which remembers nothing
	for path, out := range map[string]any{history: new(seen), reservation: new(api.Reservation)} {
		if p := w.call("PATCH", path, api.Password{Password: somePassword}, out); p != nil {
			t.Errorf("%s with its hash renewed: %v", path, p)
		}
		if p := w.call("PATCH", path, api.Password{Password: "another"}, nil); p == nil || p.Status != 403 {
			t.Errorf("%s with a wrong password: %v, want 403", path, p)
		}
	}
}
