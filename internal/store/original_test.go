package store

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/samchon/payments-server/internal/password"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/webhook"
)

// Ids in testdata/original.sql.
var (
	cancelled   = uuid.MustParse("6f1d2b9a-0c3e-4a57-9b21-1a2b3c4d5e01")
	tenth       = uuid.MustParse("a3c4e5f6-1b2c-4d3e-8f40-1a2b3c4d5e02")
	unpaid      = uuid.MustParse("f0e1d2c3-b4a5-4697-8887-1a2b3c4d5e03")
	notice      = uuid.MustParse("7c0ffee0-7c0f-4c0f-8c0f-7c0ffee07c01")
	reservation = uuid.MustParse("5e5e5e5e-5e5e-4e5e-8e5e-5e5e5e5e5e01")
)

func TestTakesOverTheOriginal(t *testing.T) {
	t.Parallel()
	for name, index := range map[string]string{"OfVersion4": cancels4, "OfVersion10": cancels10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := originalDatabase(t, index)
			must(t, Migrate(t.Context(), url))
			must(t, Migrate(t.Context(), url)) // once more finds nothing to do

			s := openStore(t, url, originalKeys(t, newKey))
			must(t, s.CheckSchema(t.Context()))
			readOriginal(t, s)
			if n := ask[int](t, s, equalIndexes); n > 0 {
				t.Errorf("%d indexes are there twice", n)
			}

			_, err := s.Reseal(t.Context(), Rotation{})
			must(t, err)
			readOriginal(t, s)
			readOriginal(t, openStore(t, url, ourKeys(t, newKey)))
		})
	}
}

// equalIndexes counts the indexes that do what another does.
const equalIndexes = `
	SELECT count(*) - count(DISTINCT (indrelid, indkey::text, pg_get_expr(indpred, indrelid)))
	FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'payments'::regnamespace`

// readOriginal finds everything that the original kept.
func readOriginal(t *testing.T, s *Store) {
	t.Helper()
	t.Run("Histories", func(t *testing.T) { readHistories(t, s) })
	t.Run("Cancels", func(t *testing.T) { readCancels(t, s) })
	t.Run("Reservations", func(t *testing.T) { readReservation(t, s) })
	t.Run("Webhooks", func(t *testing.T) { readWebhook(t, s) })
}

func readHistories(t *testing.T, s *Store) {
	for id, want := range map[uuid.UUID]struct{ price, refund, uid string }{
		cancelled: {"20000", "5000", "imp_448280090638"},
		tenth:     {"0.1", "0", "pay_0_1"},
		unpaid:    {"19900.5", "0", "pay_19900_5"},
	} {
		h, err := s.History(t.Context(), id)
		must(t, err)
		if h.Price.String() != want.price || h.Refund.String() != want.refund || h.Vendor.UID != want.uid {
			t.Errorf("history %s: price %s, refund %s, uid %s, want %v", id, h.Price, h.Refund, h.Vendor.UID, want)
		}
		bySource, err := s.HistoryBySource(t.Context(), h.Source)
		must(t, err)
		byVendor, err := s.HistoryByVendor(t.Context(), h.Vendor.Code, h.Vendor.UID)
		must(t, err)
		if bySource.ID != id || byVendor.ID != id {
			t.Errorf("history %s: its source leads to %s, its payment to %s", id, bySource.ID, byVendor.ID)
		}
		onlySomePassword(t, h.ID, h.PasswordHash)
	}
	h, err := s.History(t.Context(), unpaid)
	must(t, err)
	if h.PaidAt != nil || h.CancelledAt != nil || member(t, h.Data, "paymentKey") != `"pay_19900_5"` {
		t.Errorf("unpaid history: paid %v, cancelled %v, data %s", h.PaidAt, h.CancelledAt, h.Data)
	}
}

func readCancels(t *testing.T, s *Store) {
	h, err := s.History(t.Context(), cancelled)
	must(t, err)
	type cancel struct{ Amount, Reason, At, TID string }
	var got []cancel
	for _, c := range h.Cancels {
		got = append(got, cancel{c.Amount.String(), c.Reason, c.CreatedAt.UTC().Format(time.RFC3339),
			member(t, c.Data, "pg_tid")})
	}
	want := []cancel{ // by time, which is not how they were written
		{"3000", "단순 변심", "2024-06-01T00:00:00Z", `"t1"`},
		{"2000", "customer's wish", "2024-06-02T00:00:00Z", `"t2"`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if at := h.CancelledAt.UTC().Format(time.RFC3339Nano); at != "2024-06-02T00:00:00.567Z" {
		t.Errorf("cancelled at %s", at)
	}
}

func readReservation(t *testing.T, s *Store) {
	r, err := s.Reservation(t.Context(), reservation)
	must(t, err)
	if r.Title != "내 카드" || r.Vendor.Code != payment.Toss || member(t, r.Data, "billingKey") != `"billing-1"` {
		t.Errorf("reservation %q of %s: %s", r.Title, r.Vendor.Code, r.Data)
	}
	onlySomePassword(t, r.ID, r.PasswordHash)
}

func readWebhook(t *testing.T, s *Store) {
	state := ask[string](t, s, `SELECT state FROM payments.payment_history_webhooks WHERE id = $1`, notice)
	previous, current, err := s.OpenWebhook(storedWebhook(t, s, notice))
	must(t, err)
	if state != string(webhook.Delivered) || member(t, previous, "refund") != "3000" || member(t, current, "refund") != "5000" {
		t.Errorf("webhook %s from %s to %s", state, previous, current)
	}
}

func onlySomePassword(t *testing.T, id uuid.UUID, hash string) {
	t.Helper()
	verifier, record := password.New(password.Options{}), password.Record{ID: id.String(), Hash: hash}
	if err := verifier.Verify(t.Context(), record, "some-password"); err != nil {
		t.Errorf("the right password of %s: %v", id, err)
	}
	if err := verifier.Verify(t.Context(), record, "another"); !errors.Is(err, password.ErrWrong) {
		t.Errorf("a wrong password of %s: %v", id, err)
	}
}

// member is the JSON of one member of an object.
func member(t *testing.T, object []byte, name string) string {
	t.Helper()
	var members map[string]json.RawMessage
	must(t, json.Unmarshal(object, &members))
	return string(members[name])
}
