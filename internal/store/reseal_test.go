package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/webhook"
)

func TestReseal(t *testing.T) {
	t.Parallel()

	t.Run("LeavesNothingUnderAnOlderKey", func(t *testing.T) {
		t.Parallel()
		url := newDatabase(t)
		record := writeEverything(t, openStore(t, url, ourKeys(t, otherKey)))
		s := openStore(t, url, ourKeys(t, newKey, otherKey))

		tallies, err := s.Reseal(t.Context(), Rotation{})
		must(t, err)
		for _, c := range tallies {
			if c.Resealed == 0 || c.Resealed != c.Rows || c.Done != 1 {
				t.Errorf("%+v, want all of some resealed", c)
			}
		}
		if found := total(tallies).Rows; found != sealedTexts(t, s) {
			t.Errorf("looked at %d values, but the database has %d", found, sealedTexts(t, s))
		}
		after := openStore(t, url, ourKeys(t, newKey))
		readEverything(t, after, record)
		again, err := after.Reseal(t.Context(), Rotation{})
		must(t, err)
		if total(again).Current != total(tallies).Rows {
			t.Errorf("without the older key not all is current: %+v", again)
		}
	})

	t.Run("ChangesNothingElse", func(t *testing.T) {
		t.Parallel()
		s := openStore(t, originalDatabaseMigrated(t), originalKeys(t, newKey))
		const rest = `SELECT string_agg((to_jsonb(h) - 'data')::text, E'\n' ORDER BY id) FROM payments.payment_histories h`
		before := ask[string](t, s, rest)
		_, err := s.Reseal(t.Context(), Rotation{})
		must(t, err)
		if after := ask[string](t, s, rest); after != before {
			t.Errorf("histories were\n%s\nand are\n%s", before, after)
		}
	})

	t.Run("WritesNothingInADryRun", func(t *testing.T) {
		t.Parallel()
		s := openStore(t, originalDatabaseMigrated(t), originalKeys(t, newKey))
		dry, err := s.Reseal(t.Context(), Rotation{DryRun: true})
		must(t, err)
		wet, err := s.Reseal(t.Context(), Rotation{})
		must(t, err)
		if found := total(wet).Resealed; found == 0 || total(dry).Resealed != found {
			t.Errorf("the dry run says %d, and then there were %d", total(dry).Resealed, found)
		}
	})

	t.Run("LeavesTheUnreadableAsItIsAndNamesIt", func(t *testing.T) {
		t.Parallel()
		url := originalDatabaseMigrated(t)
		const damaged = "bm90IG91cnM="
		execute(t, url, fmt.Sprintf(`UPDATE payments.payment_histories SET data = '%s' WHERE id = '%s'`, damaged, tenth))
		s := openStore(t, url, originalKeys(t, newKey))
		tallies, err := s.Reseal(t.Context(), Rotation{})
		must(t, err)
		if c := tallies[0]; c.Unreadable != 1 || c.Resealed != 2 || !slices.Equal(c.Lost, []string{tenth.String()}) {
			t.Errorf("histories: %+v", c)
		}
		if now := ask[string](t, s, `SELECT data FROM payments.payment_histories WHERE id = $1`, tenth); now != damaged {
			t.Errorf("the unreadable value became %s", now)
		}
	})

	t.Run("MayBeInterruptedAndBegunAgain", func(t *testing.T) {
		t.Parallel()
		const many = 2*resealPage + 200
		s := openStore(t, manyHistories(t, many), originalKeys(t, newKey))
		ctx, interrupt := context.WithCancel(t.Context())
		var seen []Tally
		_, err := s.Reseal(ctx, Rotation{Progress: func(c Tally) { seen = append(seen, c); interrupt() }})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted: %v", err)
		}
		if first := seen[0]; first.Resealed < resealPage || first.Resealed > many/2 || first.Done < 0.25 || first.Done > 0.6 {
			t.Errorf("after a page of %d in %d: %+v", resealPage, many, first)
		}
		rest, err := s.Reseal(t.Context(), Rotation{})
		must(t, err)
		if rest[0].Resealed+seen[0].Resealed != rest[0].Rows || rest[0].Rows != many+3 {
			t.Errorf("first %+v, then %+v", seen[0], rest[0])
		}
	})
}

func TestReseal_BesideWorkers(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (*Store, column, sealed) {
		s := openStore(t, originalDatabaseMigrated(t), originalKeys(t, newKey))
		histories := s.sealedColumns()[0]
		page, err := s.sealedPage(t.Context(), histories, histories.first)
		must(t, err)
		return s, histories, page[0]
	}

	t.Run("OverwritesNoNewerValue", func(t *testing.T) {
		t.Parallel()
		s, histories, stale := setup(t)
		h, err := s.History(t.Context(), uuid.MustParse(stale.key[0]))
		must(t, err)
		h.Data, h.Revision = []byte(`{"newer":true}`), h.Revision+1
		must(t, s.UpdateHistory(t.Context(), payment.Update{Next: h}))

		if got, err := s.reseal(t.Context(), histories, stale, false); got != current || err != nil {
			t.Errorf("fate %v, %v, want current", got, err)
		}
		if now, err := s.History(t.Context(), h.ID); err != nil || string(now.Data) != string(h.Data) {
			t.Errorf("the newer value became %s, %v", now.Data, err)
		}
	})

	t.Run("ResealsWhatAnOldWorkerHasJustWritten", func(t *testing.T) {
		t.Parallel()
		s, histories, stale := setup(t)
		execute(t, s.pool.Config().ConnString(), fmt.Sprintf(
			`UPDATE payments.payment_histories SET data = (SELECT data FROM payments.payment_histories WHERE id = '%s') WHERE id = '%s'`, tenth, stale.key[0]))
		if got, err := s.reseal(t.Context(), histories, stale, false); got != resealed || err != nil {
			t.Errorf("fate %v, %v, want resealed", got, err)
		}
		if h, err := s.History(t.Context(), uuid.MustParse(stale.key[0])); err != nil ||
			member(t, h.Data, "paymentKey") != `"pay_0_1"` {
			t.Errorf("history: %v, %v", h, err)
		}
	})

	t.Run("PassesByARowThatIsGone", func(t *testing.T) {
		t.Parallel()
		s, histories, stale := setup(t)
		execute(t, s.pool.Config().ConnString(),
			fmt.Sprintf(`DELETE FROM payments.payment_histories WHERE id = '%s'`, stale.key[0]))
		if got, err := s.reseal(t.Context(), histories, stale, false); got != untouched || err != nil {
			t.Errorf("fate %v, %v, want untouched", got, err)
		}
	})
}

func originalDatabaseMigrated(t *testing.T) (url string) {
	t.Helper()
	url = originalDatabase(t, cancels10)
	must(t, Migrate(t.Context(), url))
	return url
}

// manyHistories has n more histories: what the original sealed is bound to no row.
func manyHistories(t *testing.T, n int) (url string) {
	t.Helper()
	url = originalDatabaseMigrated(t)
	execute(t, url, fmt.Sprintf(`
		INSERT INTO payments.payment_histories (id, source_schema, source_table, source_id, vendor_code, vendor_uid, vendor_store_id,
			currency, price, refund, webhook_url, data, password, created_at)
		SELECT ('019ad000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, -- of one moment, as those of a rush are
			source_schema, source_table, 'order ' || n, vendor_code, 'payment ' || n, vendor_store_id, currency, price, 0, webhook_url, data, password, created_at
		FROM payments.payment_histories, generate_series(1, %d) n WHERE id = '%s'`, n, unpaid))
	return url
}

// sealedTexts counts the sealed values of the whole schema, in whatever column.
func sealedTexts(t *testing.T, s *Store) (n int) {
	t.Helper()
	columns := ask[[]string](t, s, `
		SELECT array_agg(format('SELECT count(*) FROM payments.%I WHERE %I::text LIKE ''v1:%%''', table_name, column_name))
		FROM information_schema.columns WHERE table_schema = 'payments'`)
	for _, count := range columns {
		n += ask[int](t, s, count)
	}
	return n
}

func total(tallies []Tally) (sum Tally) {
	for _, c := range tallies {
		sum.Rows, sum.Resealed, sum.Current = sum.Rows+c.Rows, sum.Resealed+c.Resealed, sum.Current+c.Current
	}
	return sum
}

const idempotent = "PUT /payments/histories/cancel"

// writeEverything writes a value into every sealed column.
func writeEverything(t *testing.T, s *Store) *payment.History {
	t.Helper()
	ctx, now := t.Context(), time.Now().UTC().Truncate(time.Microsecond)
	h := &payment.History{
		ID: uuid.New(), Vendor: payment.Vendor{Code: payment.Toss, StoreID: "store", UID: uuid.NewString()},
		Source: payment.Source{Schema: "shop", Table: "orders", ID: uuid.NewString()}, Currency: "KRW",
		Price: money.New(1000), WebhookURL: "http://127.0.0.1:1", PasswordHash: "hash", Data: []byte(`{"n":0}`), CreatedAt: now,
	}
	intent := &payment.Intent{
		ID: uuid.New(), Kind: payment.IntentCapture, State: payment.StateSending, HistoryID: h.ID,
		Source: h.Source, Vendor: h.Vendor, CreatedAt: now, Request: payment.IntentRequest{Amount: h.Price,
			PasswordHash: "hash"},
	}
	must(t, s.OpenIntent(ctx, intent, payment.Lease))
	must(t, s.FinishCapture(ctx, intent.ID, h, nil))

	next := *h
	next.Revision, next.Refund, next.Data = 1, money.New(400), []byte(`{"n":1}`)
	next.Cancels = []payment.Cancel{{Amount: money.New(400), Reason: "r", CreatedAt: now, Data: []byte(`{"c":1}`)}}
	told := &payment.Notice{ID: uuid.New(), Previous: []byte(`{}`), Current: []byte(`{}`), Cause: "cancel"}
	must(t, s.UpdateHistory(ctx, payment.Update{Next: &next, Notice: told}))
	_, err := s.Record(ctx, []webhook.Outcome{{Claim: webhook.Claim{Webhook: told.ID}, State: webhook.Pending,
		Answer: answered(200, "noted")}})
	must(t, err)
	must(t, s.InsertReservation(ctx, &payment.Reservation{
		ID: h.ID, Vendor: h.Vendor, Source: h.Source, Title: "card", PasswordHash: "hash", Data: []byte(`{"b":1}`), CreatedAt: now,
	}))
	_, err = s.ClaimKey(ctx, idempotent, h.ID.String(), []byte("request"))
	must(t, err)
	must(t, s.KeepAnswer(ctx, idempotent, h.ID.String(), Answer{Status: 200, Body: []byte("answer")}))
	return &next
}

// readEverything reads what writeEverything wrote, but for the answers of services,
// which only people read.
func readEverything(t *testing.T, s *Store, h *payment.History) {
	t.Helper()
	read, err := s.History(t.Context(), h.ID)
	must(t, err)
	if string(read.Data) != string(h.Data) || len(read.Cancels) != 1 || string(read.Cancels[0].Data) != `{"c":1}` {
		t.Errorf("history %+v", read)
	}
	if r, err := s.Reservation(t.Context(), h.ID); err != nil || string(r.Data) != `{"b":1}` {
		t.Errorf("reservation %+v, %v", r, err)
	}
	id := ask[uuid.UUID](t, s, `SELECT id FROM payments.payment_history_webhooks`)
	if _, _, err := s.OpenWebhook(storedWebhook(t, s, id)); err != nil {
		t.Errorf("webhook %s: %v", id, err)
	}
	if _, err := s.Intent(t.Context(), ask[uuid.UUID](t, s, `SELECT id FROM payments.payment_intents`)); err != nil {
		t.Error(err)
	}
	if a, err := s.ClaimKey(t.Context(), idempotent, h.ID.String(), []byte("request")); err != nil ||
		string(a.Body) != "answer" {
		t.Errorf("kept answer %+v, %v", a, err)
	}
}
