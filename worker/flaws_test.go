package worker_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/worker"
)

// sealedOperation takes a sealed body; a missing valid one means that any will do.
type sealedOperation struct {
	method, path string
	valid        any
}

func (o sealedOperation) String() string { return o.method + " " + o.path }

var somebody = api.Source{Schema: "shop", Table: "orders", ID: "4f062cfd-03d3-4781-aad5-5f2cf58aa9a6"}

// sealedOperations are all there are, by their path in the description.
var sealedOperations = []sealedOperation{
	{"POST", "/histories", api.StoreHistory{
		Vendor: api.Vendor{Code: api.Toss, UID: "uid", StoreID: "store"}, Source: somebody, Price: money.New(1000),
		WebhookURL: "https://shop.example/", Password: somePassword,
	}},
	{"PUT", "/histories/cancel", api.CancelHistory{
		Source: somebody, Password: somePassword, Price: money.New(1000), Reason: "broken",
		Account: &api.RefundAccount{Bank: "bank", Account: "1", Holder: "holder", Mobile: "010"},
	}},
	{"PATCH", "/histories/get", api.SourcePassword{Source: somebody, Password: somePassword}},
	{"PATCH", "/histories/{id}", api.Password{Password: somePassword}},
	{"POST", "/reservations", api.StoreReservation{
		Vendor: api.Vendor{Code: api.Iamport, UID: "uid", StoreID: "store"}, Source: somebody, Title: "a card", Password: somePassword,
	}},
	{"PATCH", "/reservations/get", api.SourcePassword{Source: somebody, Password: somePassword}},
	{"PATCH", "/reservations/{id}", api.Password{Password: somePassword}},
	{"POST", "/internal/webhook", nil}, // what is forgotten need not be right
}

func TestSealedOperations_AreAll(t *testing.T) {
	t.Parallel()
	for _, op := range worker.Operations() {
		if op.RequestBody == nil || op.RequestBody.Content["text/plain"] == nil || op.Path == "" { // ours to the service
			continue
		}
		if op.Extensions["x-planned"] == true { // whoever makes it tries them then
			continue
		}
		if !slices.ContainsFunc(sealedOperations, func(o sealedOperation) bool {
			return o.method == op.Method && o.path == op.Path
		}) {
			t.Errorf("nobody tries wrong bodies at %s %s", op.Method, op.Path)
		}
	}
}

// TestSealedBody_AllFlawsLookAlike: no operation tells what is wrong with a body
// that cannot be read.
func TestSealedBody_AllFlawsLookAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flaws := w.unreadable()
	var first *api.Problem
	for _, o := range sealedOperations {
		for _, prefix := range []string{"", "/payments"} {
			for name, body := range flaws {
				p := w.refused(o, prefix, body)
				if p == nil {
					t.Fatalf("%s, %s: taken", o, name)
				}
				p.RequestID = ""
				if first == nil {
					first = p
				}
				if p.Code != "undecryptable_body" || p.Status != 400 || p.Error() != first.Error() || len(p.Errors) != 0 {
					t.Errorf("%s, %s: %+v differs from %+v", o, name, p, first)
				}
			}
		}
	}
	w.expectNothingWritten()
}

// unreadable are bodies that no sealed JSON document is.
func (w *world) unreadable() map[string][]byte {
	seal := func(plain string) []byte { return w.codec.Seal(nil, []byte(plain)) }
	good := seal(`{"password":"some-password"}`)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-6] ^= 1 // in the last block: the padding
	return map[string][]byte{
		"empty": {}, "not Base64": []byte("%%%"), "half a block": good[:8], "cut": good[:len(good)-24],
		"bad padding": flipped, "plain JSON": []byte(`{"password":"some-password"}`),
		"not JSON": seal("password"), "half JSON": seal(`{"password":`), "two documents": seal(`{} {}`),
		"bad UTF-8": seal("{\"password\":\"\xff\"}"), "the empty text": seal(""), "NaN": seal(`{"price":NaN}`),
		"half JSON after a key twice":   seal(`{"password":"","password":`),
		"half JSON after a NUL":         seal(`{"password":"\u0000",`),
		"half JSON after deep nesting":  seal(strings.Repeat("[", 100)),
		"bad UTF-8 after a key twice":   seal("{\"a\":1,\"a\":\"\xff\"}"),
		"bad padding after a key twice": w.damaged(`{"a":1,"a":1,"b":"` + strings.Repeat("b", 64) + `"}`),
	}
}

// damaged is a sealed text whose padding came out wrong.
func (w *world) damaged(plain string) []byte {
	sealed := w.codec.Seal(nil, []byte(plain))
	return append(sealed[:len(sealed)-24:len(sealed)-24], sealed[:24]...)
}

// refused sends a body to an operation, under a key that must not be kept.
func (w *world) refused(o sealedOperation, prefix string, body []byte) *api.Problem {
	w.t.Helper()
	path := prefix + strings.Replace(o.path, "{id}", somebody.ID, 1)
	request := w.sealedRequest(o.method, path, body)
	request.Header.Set("Idempotency-Key", uuid.NewString())
	_, p := w.exchange(request)
	return p
}

func (w *world) expectNothingWritten() {
	w.t.Helper()
	if n := w.count(`
		SELECT coalesce(sum((xpath('//n/text()', query_to_xml(format('SELECT count(*) AS n FROM payments.%I', table_name),
			false, true, '')))[1]::text::int), 0)
		FROM information_schema.tables WHERE table_schema = 'payments' AND table_name LIKE 'payment\_%'`); n != 0 {
		w.t.Errorf("%d rows were written", n)
	}
}

// TestSealedBody_EveryFieldIsChecked takes each field of each operation away, and
// puts in its place whatever it is not.
func TestSealedBody_EveryFieldIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, o := range sealedOperations {
		if o.valid == nil {
			continue
		}
		for name, document := range wrongDocuments(t, o.valid) {
			p := w.refused(o, "/payments", w.codec.Seal(nil, document))
			if p == nil || p.Status != 400 || p.Code != "invalid_body" {
				t.Errorf("%s with %s: %v, want 400 invalid_body", o, name, p)
			} else if strings.Contains(p.Error(), somePassword) {
				t.Errorf("%s with %s: the answer has the password: %v", o, name, p)
			}
		}
	}
	w.expectNothingWritten()
	for _, o := range sealedOperations { // else the table would prove nothing
		if p := w.refused(o, "/payments", w.codec.Seal(nil, mustv(json.Marshal(o.valid))(t))); p != nil && p.Status == 400 {
			t.Errorf("%s with nothing wrong: %v", o, p)
		}
	}
}

// wrongDocuments are made of a valid request by one change each.
func wrongDocuments(t *testing.T, valid any) map[string][]byte {
	t.Helper()
	var document map[string]any
	must(t, json.Unmarshal(mustv(json.Marshal(valid))(t), &document))
	all := map[string][]byte{"an array": []byte(`[]`), "null": []byte(`null`), "a text": []byte(`"text"`), "a number": []byte(`1`)}
	changes(document, "", func(change string) { all[change] = mustv(json.Marshal(document))(t) })
	return all
}

// changes makes one change at a time to a document, tells of it, and takes it back.
func changes(document map[string]any, path string, made func(change string)) {
	for _, key := range slices.Collect(maps.Keys(document)) {
		was, at := document[key], path+key
		delete(document, key)
		made("no " + at)
		document[key] = was
		for _, other := range insteadOf(was) {
			if other == nil && key == "account" { // which is null for all but virtual accounts
				continue
			}
			document[key] = other
			made(fmt.Sprintf("%s: %.20v", at, other))
		}
		document[key] = was
		if inner, ok := was.(map[string]any); ok {
			changes(inner, at+".", made)
		}
	}
}

// insteadOf are values that something like this must not be.
func insteadOf(value any) []any {
	others := []any{nil, true, []any{}}
	switch value.(type) {
	case string:
		return append(others, json.Number("1"), map[string]any{}, "a\x00b", strings.Repeat("a", 2000))
	case float64:
		return append(others, "1000", map[string]any{}, json.Number("-1"), json.Number("1e400"), json.Number("1e30"))
	}
	return append(others, json.Number("1"), "text", map[string]any{})
}

// TestPGWebhook_Refuses what names no payment of a gateway, and writes nothing of it.
func TestPGWebhook_Refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("k", 201)
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/webhooks/iamport", ``, 400},
		{"/webhooks/iamport", `null`, 400},
		{"/webhooks/iamport", `[]`, 400},
		{"/webhooks/iamport", `{}`, 400},
		{"/webhooks/iamport", `{"imp_uid":1,"status":"paid"}`, 400},
		{"/webhooks/iamport", `{"imp_uid":"x\u0000","status":"paid"}`, 400},
		{"/webhooks/iamport", `{"imp_uid":"` + long + `","status":"paid"}`, 400},
		{"/webhooks/iamport", `{"imp_uid":"` + strings.Repeat("k", 64<<10) + `","status":"paid"}`, 413},
		{"/webhooks/iamport", `imp_uid=%00&status=paid`, 400},
		{"/webhooks/iamport", `imp_uid=%FF&status=paid`, 400},
		{"/webhooks/toss", ``, 400},
		{"/webhooks/toss", `[]`, 400},
		{"/webhooks/toss", `{"eventType":1,"data":{"paymentKey":"x","status":"DONE"}}`, 400},
		{"/webhooks/toss", `{"data":{"paymentKey":"x\u0000","status":"DONE"}}`, 400},
		{"/webhooks/toss", `{"orderId":"a\u0000b","secret":"s","status":"DONE"}`, 400},
		{"/webhooks/toss", `{"orderId":"ab","secret":"s\u0000","status":"DONE"}`, 400},
		{"/webhooks/toss", `{"eventType":"DEPOSIT_CALLBACK","orderId":"a\u0000b","status":"DONE"}`, 400},
		{"/webhooks/toss", `{"data":{"paymentKey":"` + long + `","status":"DONE"}}`, 400},
		{"/webhooks/toss", `{"data":{"paymentKey":"` + strings.Repeat("k", 64<<10) + `","status":"DONE"}}`, 413},
	} {
		for _, prefix := range []string{"", "/payments"} {
			request := mustv(http.NewRequestWithContext(t.Context(), "POST", w.url+prefix+c.path, strings.NewReader(c.body)))(t)
			request.Header.Set("Content-Type", "application/json")
			if strings.HasPrefix(c.body, "imp_uid=") {
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			if _, p := w.exchange(request); p == nil || p.Status != c.status {
				t.Errorf("%s %.60s: %v, want %d", c.path, c.body, p, c.status)
			}
		}
	}
	w.expectNothingWritten()
}
