package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/wire"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/payment"
	"github.com/samchon/payments-server/internal/store"
)

// FuzzInspect: what passes is a JSON document that every parser reads the same.
func FuzzInspect(f *testing.F) {
	for _, document := range []string{
		`{"price":1}`, `{"price":1,"PRICE":2}`, `{"a":"\u0000"}`, `[[[[]]]]`, `{} {}`, "\"\xff\"", `1e400`, ``, `{"K":1,"k":2}`,
		strings.Repeat("[", 40) + strings.Repeat("]", 40),
	} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		if inspect(document) != nil {
			return // refused: what the decoder would make of it does not matter
		}
		if !json.Valid(document) {
			t.Fatalf("%q passes and is no JSON", document)
		}
		var value any
		if err := json.Unmarshal(document, &value); err != nil && !strings.Contains(err.Error(), "cannot unmarshal number") {
			t.Fatalf("%q passes and cannot be read: %v", document, err)
		}
		again, err := json.Marshal(value)
		if err == nil && value != nil && inspect(again) != nil {
			t.Fatalf("%q passes, and %q, which it reads as, does not: %v", document, again, inspect(again))
		}
	})
}

// nowhere is a store in which nothing is found and everything succeeds.
type nowhere struct{ payment.Store }

func (nowhere) History(context.Context, uuid.UUID) (*payment.History, error) {
	return nil, payment.ErrNotFound
}
func (nowhere) HistoryBySource(context.Context, payment.Source) (*payment.History, error) {
	return nil, payment.ErrNotFound
}
func (nowhere) HistoryOf(context.Context, payment.Source, payment.Vendor) (*payment.History, error) {
	return nil, payment.ErrNotFound
}
func (nowhere) HistoryByVendor(context.Context, payment.VendorCode, string) (*payment.History, error) {
	return nil, payment.ErrNotFound
}
func (nowhere) HistoriesOfOrder(context.Context, payment.VendorCode, string) ([]*payment.History, error) {
	return nil, nil
}
func (nowhere) Reservation(context.Context, uuid.UUID) (*payment.Reservation, error) {
	return nil, payment.ErrNotFound
}
func (nowhere) ReservationBySource(context.Context, payment.Source) (*payment.Reservation, error) {
	return nil, payment.ErrNotFound
}
func (nowhere) InsertReservation(context.Context, *payment.Reservation) error    { return nil }
func (nowhere) OpenIntent(context.Context, *payment.Intent, time.Duration) error { return nil }
func (nowhere) RenewPassword(context.Context, uuid.UUID, string, string) error   { return nil }
func (nowhere) BeginUndo(context.Context, *payment.Intent, payment.Code) error   { return nil }
func (nowhere) HoldIntent(context.Context, uuid.UUID, time.Duration) (*payment.Intent, error) {
	return nil, payment.ErrHeld
}
func (nowhere) ReleaseIntent(context.Context, *payment.Intent, bool) error { return nil }
func (nowhere) MoveIntent(context.Context, uuid.UUID, payment.IntentState, string) error {
	return nil
}
func (nowhere) KeepEarlyWebhook(context.Context, payment.VendorCode, string) error { return nil }
func (nowhere) ClaimKey(context.Context, string, string, []byte) (*store.Answer, error) {
	return nil, nil
}
func (nowhere) KeepAnswer(context.Context, string, string, store.Answer) error { return nil }

// refusal is a PG that declines everything.
type refusal struct{ payment.Gateway }

var declined = &payment.Declined{Status: http.StatusNotFound, Message: "no"}

func (refusal) Capture(context.Context, payment.Capture) (payment.Snapshot, error) {
	return payment.Snapshot{}, declined
}
func (refusal) Close(context.Context, payment.Refund) (payment.Snapshot, error) {
	return payment.Snapshot{}, declined
}
func (refusal) BillingKey(context.Context, payment.Vendor, string) (json.RawMessage, error) {
	return nil, declined
}

// open passwords cost nothing.
type openPasswords struct{}

func (openPasswords) Hash(context.Context, string) (string, error)            { return "", nil }
func (openPasswords) Verify(context.Context, uuid.UUID, string, string) error { return nil }
func (openPasswords) VerifyNothing(context.Context, string) error             { return nil }
func (openPasswords) Remember(uuid.UUID, string, string)                      {}
func (openPasswords) Outdated(string) bool                                    { return false }

// newFuzzed is the real handler with nothing behind it.
func newFuzzed(f *testing.F) (http.Handler, *wire.Codec) {
	c := config.NewLocal()
	codec, err := wire.NewCodec(string(c.API.EncryptionKey), string(c.API.EncryptionIV))
	if err != nil {
		f.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	payments := payment.New(payment.Config{
		Store: nowhere{}, Passwords: openPasswords{}, Now: time.Now, Log: log,
		Gateways: map[payment.VendorCode]payment.Gateway{payment.Iamport: refusal{}, payment.Toss: refusal{}},
	})
	return NewHandler(Options{Payments: payments, Codec: codec, Keys: nowhere{}, HashKey: []byte("key"), Log: log,
		Version: "fuzz"}), codec
}

const fuzzedPassword = "Xq7-never-to-be-seen-again"

var fuzzedSource = api.Source{Schema: "shop", Table: "orders", ID: "4f062cfd-03d3-4781-aad5-5f2cf58aa9a6"}

// operations are the sealed ones, each with a request that is valid.
var operations = []struct {
	method, path string
	in           any
}{
	{"POST", "/histories", api.StoreHistory{
		Vendor: api.Vendor{Code: api.Toss, UID: "uid"}, Source: fuzzedSource, WebhookURL: "https://shop.example/", Password: fuzzedPassword,
	}},
	{"PUT", "/histories/cancel", api.CancelHistory{Source: fuzzedSource, Password: fuzzedPassword,
		Account: &api.RefundAccount{}}},
	{"PATCH", "/histories/get", api.SourcePassword{Source: fuzzedSource, Password: fuzzedPassword}},
	{"PATCH", "/histories/" + fuzzedSource.ID, api.Password{Password: fuzzedPassword}},
	{"POST", "/reservations", api.StoreReservation{Vendor: api.Vendor{Code: api.Iamport, UID: "uid"}, Source: fuzzedSource,
		Password: fuzzedPassword}},
	{"PATCH", "/reservations/get", api.SourcePassword{Source: fuzzedSource, Password: fuzzedPassword}},
	{"PATCH", "/reservations/" + fuzzedSource.ID, api.Password{Password: fuzzedPassword}},
	{"POST", "/internal/webhook", api.Webhook{ID: fuzzedSource.ID, Source: fuzzedSource}},
}

// FuzzSealedBody: whatever is sealed, an answer is no fault of ours and repeats no
// password.
func FuzzSealedBody(f *testing.F) {
	handler, codec := newFuzzed(f)
	for i, o := range operations {
		plain, err := json.Marshal(o.in)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), plain)
		f.Add(uint8(i), bytes.ReplaceAll(plain, []byte(`"password":"`), []byte(`"password":["`)))
	}
	f.Fuzz(func(t *testing.T, operation uint8, plain []byte) {
		o := operations[int(operation)%len(operations)]
		status, answer := ask(handler, o.method, o.path, "text/plain", codec.Seal(nil, plain))
		checkAnswer(t, status, answer)
		if bytes.Contains(answer, []byte(fuzzedPassword)) {
			t.Errorf("%s is answered with its password: %s", plain, answer)
		}
	})
}

// FuzzBody: the same for what is not sealed at all.
func FuzzBody(f *testing.F) {
	handler, codec := newFuzzed(f)
	f.Add(codec.Seal(nil, []byte(`{"password":"p"}`)))
	f.Add([]byte(`{"password":"p"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		status, answer := ask(handler, "PATCH", "/histories/"+fuzzedSource.ID, "text/plain", body)
		checkAnswer(t, status, answer)
	})
}

// FuzzPGWebhooks: whoever calls, and whatever they send, is answered.
func FuzzPGWebhooks(f *testing.F) {
	handler, _ := newFuzzed(f)
	for _, seed := range []struct{ contentType, body string }{
		{"application/json", `{"imp_uid":"imp_1","merchant_uid":"order","status":"paid"}`},
		{"application/x-www-form-urlencoded", `imp_uid=imp_1&status=paid`},
		{"application/x-www-form-urlencoded", `imp_uid=%00&status=%zz`},
		{"application/json", `{"eventType":"PAYMENT_STATUS_CHANGED","data":{"paymentKey":"k","status":"DONE"}}`},
		{"application/json", `{"createdAt":"2022-01-01","secret":"s","status":"DONE","transactionKey":"t","orderId":"o"}`},
		{"application/json", `{"eventType":"payout.changed","version":"1","eventId":"e","entityType":"payout","entityBody":{"id":1}}`},
		{"", `null`},
	} {
		f.Add(seed.contentType, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		for _, path := range []string{"/webhooks/iamport", "/webhooks/toss"} {
			status, answer := ask(handler, "POST", path, contentType, body)
			checkAnswer(t, status, answer)
		}
	})
}

func ask(handler http.Handler, method, path, contentType string, body []byte) (status int, answer []byte) {
	request := httptest.NewRequest(method, path, bytes.NewReader(body))
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Idempotency-Key", "key")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.Bytes()
}

// checkAnswer: no fault of ours, and a problem that says which kind it is.
func checkAnswer(t *testing.T, status int, answer []byte) {
	t.Helper()
	if status >= 500 {
		t.Fatalf("%d %s", status, answer)
	}
	var p api.Problem
	if status >= 400 && (json.Unmarshal(answer, &p) != nil || p.Code == "" || p.Status != status) {
		t.Errorf("%d with no problem in %q", status, answer)
	}
}
