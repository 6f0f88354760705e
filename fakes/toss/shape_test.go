package toss_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

// fields is the body of a request.
type fields = map[string]any

// goodBodies are what each call of the reference's clients sends, and what the
// real gateway wants.
var goodBodies = map[fake.Style]map[string]fields{
	fake.Reference: {
		"/v1/payments/key-in": {
			"method": "card", "cardNumber": "4330123412341234", "cardExpirationYear": "28", "cardExpirationMonth": "03",
			"amount": 1000, "orderId": "order-1",
		},
		"/v1/virtual-accounts": {
			"method": "virtual-account", "orderId": "order-1", "orderName": "티셔츠", "bank": "신한", "customerName": "홍길동",
			"amount": 1000,
		},
		"/v1/billing/authorizations/card": {
			"customerKey": "customer-1", "cardNumber": "4330123412341234", "cardExpirationYear": "28",
			"cardExpirationMonth": "03", "cardPassword": "12", "customerBirthday": "880311",
		},
		"/v1/billing/authorizations/unknown": {"customerKey": "customer-1"},
		"/v1/billing/unknown": {
			"method": "billing", "billingKey": "unknown", "customerKey": "customer-1", "orderId": "order-1", "amount": 1000,
		},
		"/v1/payments/unknown":        {"orderId": "order-1", "amount": 1000},
		"/v1/payments/unknown/cancel": {"paymentKey": "unknown", "cancelReason": "변심"},
		"/v1/cash-receipts": {
			"type": "소득공제", "paymentKey": "unknown", "orderId": "order-1", "orderName": "티셔츠",
			"registrationNumber": "01012345678", "amount": 1000,
		},
		"/internal/webhook": {
			"eventType": "PAYMENT_STATUS_CHANGED",
			"data":      fields{"paymentKey": "unknown", "orderId": "order-1", "status": "DONE"},
		},
	},
	fake.Real: {
		"/v1/payments/confirm": {"paymentKey": "unknown", "orderId": "order-1", "amount": 1000},
		"/v1/payments/key-in": {
			"cardNumber": "4330123412341234", "cardExpirationYear": "28", "cardExpirationMonth": "03",
			"amount": 1000, "orderId": "order-1", "orderName": "티셔츠",
		},
		"/v1/virtual-accounts": {
			"orderId": "order-1", "orderName": "티셔츠", "bank": "88", "customerName": "홍길동", "amount": 1000,
		},
		"/v1/billing/authorizations/card": {
			"customerKey": "customer-1", "cardNumber": "4330123412341234", "cardExpirationYear": "28",
			"cardExpirationMonth": "03", "customerIdentityNumber": "880311",
		},
		"/v1/billing/authorizations/issue": {"customerKey": "customer-1", "authKey": "auth-1"},
		"/v1/billing/unknown": {
			"customerKey": "customer-1", "orderId": "order-1", "orderName": "티셔츠", "amount": 1000,
		},
		"/v1/payments/unknown/cancel": {"cancelReason": "변심"},
		"/v1/cash-receipts": {
			"type": "소득공제", "orderId": "order-1", "orderName": "티셔츠", "amount": 1000,
			"customerIdentityNumber": "01012345678",
		},
	},
}

// refused sends a body that should not do, and returns what is said about it.
// A status of 0 is that of a body that does.
func refused(t *testing.T, style fake.Style, path string, body fields) (answer struct {
	Status                        int `json:"-"`
	Code, Message, Path, Expected string
}) {
	t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	server := fake.New(fake.Options{Style: style})
	t.Cleanup(func() { server.Close() })
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(encoded)))
	r.SetBasicAuth(fake.DefaultSecretKey, "")
	w := httptest.NewRecorder()
	server.Handler().ServeHTTP(w, r)
	raw, _ := io.ReadAll(w.Result().Body)
	if w.Code < 300 {
		return answer
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	answer.Status = w.Code
	return answer
}

func changed(body fields, name string, value any) fields {
	body = maps.Clone(body)
	if body[name] = value; value == nil {
		delete(body, name)
	}
	return body
}

func TestBody_MustHaveItsMembers(t *testing.T) {
	t.Parallel()
	for path, body := range goodBodies[fake.Reference] {
		t.Run("Reference"+path, func(t *testing.T) {
			t.Parallel()
			if got := refused(t, fake.Reference, path, body); got.Status != 0 && got.Status != 404 {
				t.Errorf("a good body got %+v", got)
			}
			for name := range body {
				got := refused(t, fake.Reference, path, changed(body, name, nil))
				if got.Status != 400 || got.Path != "$input."+name || got.Expected == "" || got.Message == "" {
					t.Errorf("without %s: got %+v", name, got)
				}
				got = refused(t, fake.Reference, path, changed(body, name, []int{}))
				if got.Status != 400 || !strings.HasPrefix(got.Path, "$input."+name) {
					t.Errorf("%s as a list: got %+v", name, got)
				}
			}
		})
	}
	for path, body := range goodBodies[fake.Real] {
		t.Run("Real"+path, func(t *testing.T) {
			t.Parallel()
			if got := refused(t, fake.Real, path, body); got.Code == "INVALID_REQUEST" {
				t.Errorf("a good body got %+v", got)
			}
			for name := range body {
				got := refused(t, fake.Real, path, changed(body, name, nil))
				if got.Status != 400 || got.Code != "INVALID_REQUEST" || got.Message == "" {
					t.Errorf("without %s: got %+v", name, got)
				}
			}
		})
	}
}

func TestBody_FollowsTheStyleInForce(t *testing.T) {
	t.Parallel()
	f := start(t, fake.Options{})
	nameless := card(1000)
	nameless.OrderName = ""
	if _, err := f.client.KeyIn(t.Context(), nameless); err != nil {
		t.Errorf("the reference wants an order's name: %v", err)
	}
	settings := f.Settings()
	settings.Style = fake.Real
	if err := f.Configure(settings); err != nil {
		t.Fatal(err)
	}
	_, err := f.client.KeyIn(t.Context(), nameless)
	wantRefusal(t, err, 400, toss.CodeInvalidRequest)
}

func TestBody_OfTheReferenceHasItsLiterals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, name string
		value      any
		expected   string
	}{
		{"/v1/payments/key-in", "method", "billing", `"card"`},
		{"/v1/virtual-accounts", "method", "card", `"virtual-account"`},
		{"/v1/billing/unknown", "method", "card", `"billing"`},
		{"/v1/cash-receipts", "type", "미발행", `"소득공제" | "지출증빙"`},
		{"/internal/webhook", "eventType", "DEPOSIT_CALLBACK", `"PAYMENT_STATUS_CHANGED"`},
		{"/internal/webhook", "data", fields{"paymentKey": "k", "orderId": "o", "status": "EXPIRED"},
			`"WAITING_FOR_DEPOSIT" | "DONE" | "CANCELED" | "PARTIAL_CANCELED"`},
	} {
		got := refused(t, fake.Reference, c.path, changed(goodBodies[fake.Reference][c.path], c.name, c.value))
		if got.Status != 400 || got.Expected != c.expected {
			t.Errorf("%s with %s %v: got %+v", c.path, c.name, c.value, got)
		}
	}
}

// TestBody_OfTheReferenceHasNoPatterns keeps the fake open to what the first
// generation of the published client sends.
func TestBody_OfTheReferenceHasNoPatterns(t *testing.T) {
	t.Parallel()
	body := fields{
		"method": "card", "cardNumber": "4330", "cardExpirationYear": "2028", "cardExpirationMonth": "3",
		"amount": 1, "orderId": "1", "customerBirthday": "no", "customerEmail": "no",
	}
	if got := refused(t, fake.Reference, "/v1/payments/key-in", body); got.Status != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestBody_OfTheRealGatewayHasLimits(t *testing.T) {
	t.Parallel()
	korean := func(characters int) string { return strings.Repeat("가", characters) }
	account := func(bank, number, holder string) fields {
		return fields{"bank": bank, "accountNumber": number, "holderName": holder}
	}
	const keyIn, virtual, cancel = "/v1/payments/key-in", "/v1/virtual-accounts", "/v1/payments/unknown/cancel"
	const register, charge, receipt = "/v1/billing/authorizations/card", "/v1/billing/unknown", "/v1/cash-receipts"
	for _, c := range []struct {
		path, name string
		within     []any
		beyond     []any
		code       string
	}{
		{"/v1/payments/confirm", "orderId", []any{"abcDEF", "-_=012", strings.Repeat("a", 64)},
			[]any{"abcde", strings.Repeat("a", 65), "주문번호일이삼", "order 1", 123456}, "INVALID_ORDER_ID"},
		{"/v1/payments/confirm", "paymentKey", []any{strings.Repeat("k", 200)},
			[]any{"", strings.Repeat("k", 201)}, "INVALID_REQUEST"},
		{keyIn, "orderId", []any{"order_1"}, []any{"short"}, "INVALID_ORDER_ID"},
		{keyIn, "orderName", []any{korean(100)}, []any{"", korean(101)}, "INVALID_ORDER_NAME"},
		{keyIn, "amount", []any{100, 1e9}, []any{99, 0, -1, "1000"}, "BELOW_MINIMUM_AMOUNT"},
		{keyIn, "cardNumber", []any{"4330", strings.Repeat("1", 20)},
			[]any{"", "4330-1234", strings.Repeat("1", 21)}, "INVALID_CARD_NUMBER"},
		{keyIn, "cardExpirationYear", []any{"00", "99"}, []any{"2028", "8", "ab"}, "INVALID_CARD_EXPIRATION"},
		{keyIn, "cardExpirationMonth", []any{"01", "12"}, []any{"00", "13", "3"}, "INVALID_CARD_EXPIRATION"},
		{keyIn, "cardPassword", []any{"12"}, []any{"1", "1234"}, "INVALID_CARD_PASSWORD"},
		{keyIn, "cardInstallmentPlan", []any{0, 2, 12}, []any{1, 13, -1, 2.5}, "INVALID_CARD_INSTALLMENT_PLAN"},
		{keyIn, "customerIdentityNumber", []any{"880311", "1234567890"},
			[]any{"88031", "8803110"}, "INVALID_BIRTH_DAY_FORMAT"},
		{keyIn, "customerEmail", []any{strings.Repeat("e", 100)}, []any{strings.Repeat("e", 101)}, "INVALID_EMAIL"},
		{virtual, "amount", []any{200}, []any{199}, "BELOW_MINIMUM_AMOUNT"},
		{virtual, "customerName", []any{korean(100)}, []any{korean(101)}, "INVALID_REQUEST"},
		{virtual, "bank", []any{"신한", "88"}, []any{""}, "INVALID_BANK"},
		{virtual, "validHours", []any{1, 2160}, []any{0, 2161}, "EXCEED_MAX_VALID_HOURS"},
		{cancel, "cancelReason", []any{korean(200)}, []any{"", korean(201)}, "INVALID_REQUEST"},
		{cancel, "refundReceiveAccount", []any{account("88", strings.Repeat("1", 20), korean(60))},
			[]any{account("88", strings.Repeat("1", 21), "홍길동"), account("88", "110-123", "홍길동"), account("88", "", "홍길동")},
			"INVALID_REFUND_ACCOUNT_NUMBER"},
		{cancel, "refundReceiveAccount", nil, []any{account("", "1", "홍길동")}, "INVALID_BANK"},
		{cancel, "refundReceiveAccount", nil,
			[]any{account("88", "1", ""), account("88", "1", korean(61)), "88", fields{}}, "INVALID_REQUEST"},
		{register, "customerKey", []any{"a1", "a-_=.@", strings.Repeat("a", 300)},
			[]any{"a", strings.Repeat("a", 301), "홍길동", "a b"}, "INVALID_CUSTOMER_KEY"},
		{charge, "amount", []any{100}, []any{99}, "BELOW_MINIMUM_AMOUNT"},
		{receipt, "type", []any{"지출증빙"}, []any{"미발행"}, "INVALID_REQUEST"},
		{receipt, "registrationNumber", []any{strings.Repeat("0", 30)}, []any{strings.Repeat("0", 31)}, "INVALID_REQUEST"},
	} {
		t.Run(c.path+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			good := goodBodies[fake.Real][c.path]
			for _, value := range c.within {
				if got := refused(t, fake.Real, c.path, changed(good, c.name, value)); got.Code == c.code {
					t.Errorf("%v: got %s, though it is within the limit", value, got.Code)
				}
			}
			for _, value := range c.beyond {
				if got := refused(t, fake.Real, c.path, changed(good, c.name, value)); got.Status != 400 || got.Code != c.code {
					t.Errorf("%v: got %d %s, want %s", value, got.Status, got.Code, c.code)
				}
			}
		})
	}
}
