package worker_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/internal/config"
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

// TestTakesOverTheOriginal_AndGoesOn refunds the rest of a payment of which the
// original has refunded a part.
func TestTakesOverTheOriginal_AndGoesOn(t *testing.T) {
	t.Parallel()
	for _, code := range []api.VendorCode{api.Iamport, api.Toss} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			w := newSurroundings(t)
			w.sql(string(mustv(os.ReadFile("../internal/store/testdata/original.sql"))(t)))
			source := w.source()
			w.originallyRefunded(code, source)
			w.open()

			cancel := api.CancelHistory{Source: source, Password: somePassword, Price: money.New(17000), Reason: "the rest"}
			var h seen
			if p := w.call("PUT", "/payments/histories/cancel", cancel, &h); p != nil {
				t.Fatal(p)
			}
			if len(h.Cancels) != 2 || h.Cancels[0].Price.String() != "3000" || h.Cancels[1].Price.String() != "17000" ||
				h.Refund.String() != "20000" {
				t.Errorf("refunded %v in %+v", h.Refund, h.Cancels)
			}
			if first := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC); !h.CancelledAt.Equal(first) {
				t.Errorf("cancelled at %v, first at %v", h.CancelledAt, first)
			}
			eventually(t, "a webhook", func() bool { return len(w.service.heardOf(h.ID)) > 0 })
		})
	}
}

// originallyRefunded has the original keep a payment of 20000, 3000 of it refunded.
func (w *world) originallyRefunded(code api.VendorCode, source api.Source) {
	w.t.Helper()
	part, uid := money.New(3000), ""
	switch code {
	case api.Iamport:
		uid = w.iamportCard(source.ID, 20000)
		mustv(w.iamport.Cancel(w.t.Context(), iamport.CancelRequest{ImpUID: uid, Amount: &part, Reason: "a part"}))(w.t)
	default:
		uid = w.tossPaid(source.ID, 20000)
		mustv(w.toss.Cancel(w.t.Context(), uid, toss.Cancellation{CancelAmount: &part, CancelReason: "a part"}))(w.t)
	}
	sealed := func(ring config.KeyRing) string {
		return string(mustv(wire.NewCodec(string(ring.Key), string(ring.IV)))(w.t).Seal(nil, []byte(`{}`)))
	}
	keys := w.config().AtRest
	w.sql(fmt.Sprintf(`
		WITH history AS (
			INSERT INTO payments.payment_histories (id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
				currency, price, refund, webhook_url, data, password, created_at, paid_at, cancelled_at)
			SELECT gen_random_uuid(), '%s', '%s', '%s', '%s', '%s', 'store', 'KRW', 20000, 3000, '%s', '%s', password, created_at,
				paid_at, '2024-06-01Z' FROM payments.payment_histories WHERE id = '6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01'
			RETURNING id)
		INSERT INTO payments.payment_history_cancels (id, payment_history_id, amount, reason, data, created_at)
		SELECT gen_random_uuid(), id, 3000, 'a part', '%s', '2024-06-01Z' FROM history`,
		source.Schema, source.Table, source.ID, code, uid, w.service.url, sealed(keys.History), sealed(keys.CancelHistory)))
}
