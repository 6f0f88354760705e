package iamport_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/iamport"
)

var (
	baseFields = []string{
		"amount", "buyer_addr", "buyer_email", "buyer_name", "buyer_postcode", "buyer_tel", "cancel_amount",
		"cancel_history", "cancel_reason", "cancelled_at", "channel", "currency", "custom_data", "customer_uid",
		"customer_uid_usage", "emb_pg_provider", "escrow", "fail_reason", "failed_at", "imp_uid", "merchant_uid", "name",
		"paid_at", "pay_method", "pg_id", "pg_provider", "pg_tid", "receipt_url", "started_at", "status", "user_agent",
	}
	cardFields  = []string{"apply_num", "card_code", "card_name", "card_number", "card_quota"}
	vbankFields = []string{"vbank_code", "vbank_date", "vbank_holder", "vbank_issued_at", "vbank_name", "vbank_num"}
)

// rawPayment reads a payment as it is on the wire.
func (f fixture) rawPayment(impUID string) map[string]json.RawMessage {
	f.Helper()
	got := f.send(http.MethodGet, "/payments/"+impUID, f.authorized(), "")
	var envelope struct {
		Code     int                        `json:"code"`
		Message  string                     `json:"message"`
		Response map[string]json.RawMessage `json:"response"`
	}
	if err := json.Unmarshal([]byte(got.body), &envelope); err != nil || envelope.Message != "success" {
		f.Fatalf("answered %d %s", got.status, got.body)
	}
	return envelope.Response
}

func TestPayment_HasTheFieldsOfItsStyle(t *testing.T) {
	t.Parallel()
	inBothStyles(t, func(f fixture, style iamport.Style) {
		for name, payment := range map[string]struct {
			impUID  string
			variant []string
		}{
			"card":  {f.payByCard(1_000).ImpUID, cardFields},
			"vbank": {f.openVBank(1_000, time.Hour).ImpUID, vbankFields},
		} {
			want := slices.Concat(baseFields, payment.variant, []string{"cash_receipt_issue"})
			if style == iamport.Real { // every variant's, and some of its own
				want = slices.Concat(baseFields, cardFields, vbankFields,
					[]string{"bank_code", "bank_name", "card_type", "cash_receipt_issued", "cancel_receipt_urls"})
			}
			slices.Sort(want)
			if got := slices.Sorted(maps.Keys(f.rawPayment(payment.impUID))); !slices.Equal(got, want) {
				f.Errorf("%s has %v\nwant %v", name, got, want)
			}
		}
	})
}

func TestTimes_AreWrittenAsTheStyleDoes(t *testing.T) {
	t.Parallel()
	inBothStyles(t, func(f fixture, style iamport.Style) {
		// The fixture's clock stands at 123 ms past the second.
		want := map[string]string{"started_at": "1772366400.123", "vbank_issued_at": "1772366400123", "paid_at": "0"}
		if style == iamport.Real {
			want = map[string]string{"started_at": "1772366400", "vbank_issued_at": "1772366400", "paid_at": "0"}
		}
		raw := f.rawPayment(f.openVBank(1_000, time.Hour).ImpUID)
		for name, text := range want {
			if got := string(raw[name]); got != text {
				f.Errorf("%s = %s, want %s", name, got, text)
			}
		}
	})
}

func TestStatus_OfAPOSTIs201AtTheReference(t *testing.T) {
	t.Parallel()
	inBothStyles(t, func(f fixture, style iamport.Style) {
		want := http.StatusCreated
		if style == iamport.Real {
			want = http.StatusOK
		}
		body := `{"merchant_uid":"o","amount":100.25,"vbank_code":"1","vbank_due":1772370000.5,"vbank_holder":"홍","unknown":1}`
		got := f.send(http.MethodPost, "/vbanks", f.authorized(), body)
		if got.status != want {
			f.Errorf("answered %d %s, want %d", got.status, got.body, want)
		}
		if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
			f.Errorf("content type %q", kind)
		}
		if origin := got.header.Get("Access-Control-Allow-Origin"); origin != "*" {
			f.Errorf("allowed origin %q", origin)
		}
	})
}

func TestBody(t *testing.T) {
	t.Parallel()
	const order = `"merchant_uid":"o","name":"n","card_number":"1-2","expiry":"2030-12","birth":"880311"`

	for name, test := range map[string]struct {
		contentType, body string
		status            int
	}{
		"amounts keep their decimals":  {"application/json", `{` + order + `,"amount":0.1}`, 201},
		"unknown members are ignored":  {"application/json; charset=utf-8", `{` + order + `,"amount":1,"x":[{}]}`, 201},
		"null is no member":            {"application/json", `{` + order + `,"amount":1,"customer_uid":null}`, 201},
		"a required member is missing": {"application/json", `{` + order + `}`, 400},
		"a required member is null":    {"application/json", `{` + order + `,"amount":null}`, 400},
		"a number is text":             {"application/json", `{` + order + `,"amount":"1"}`, 400},
		"a text is a number":           {"application/json", `{` + order + `,"amount":1,"cvc":123}`, 400},
		"a currency of nowhere":        {"application/json", `{` + order + `,"amount":1,"currency":"XXX"}`, 400},
		"an amount below nothing":      {"application/json", `{` + order + `,"amount":-1}`, 422},
		"no JSON":                      {"application/json", `{`, 400},
		"no object":                    {"application/json", `[]`, 400},
		"another content type":         {"text/plain", `{` + order + `,"amount":1}`, 400},
		"no content type":              {"", `{` + order + `,"amount":1}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t, iamport.Options{})
			header := f.authorized()
			header.Set("Content-Type", test.contentType)
			got := f.send(http.MethodPost, "/subscribe/payments/onetime", header, test.body)
			if got.status != test.status {
				t.Errorf("answered %d %s, want %d", got.status, got.body, test.status)
			}
			if strings.Contains(got.body, "Error()") || got.body == "" {
				t.Errorf("body %q", got.body)
			}
		})
	}
}

func TestBody_MayBeAForm(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{})
	header := f.authorized()
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	const odd = "홍\x01\u2028\"길동\\" // which Go quotes otherwise than JSON
	form := url.Values{
		"merchant_uid": {"123"}, "name": {"null"}, "amount": {"1000.5"}, "card_number": {"1234"}, "expiry": {"2030-12"},
		"birth": {"880311"}, "use_card_point": {"true"}, "card_quota": {"3"}, "buyer_name": {odd},
	}
	if got := f.send(http.MethodPost, "/subscribe/payments/onetime", header, form.Encode()); got.status != http.StatusCreated {
		t.Fatalf("answered %d %s", got.status, got.body)
	}
	p := must(f.client.FindByMerchantUID(t.Context(), "123"))(f)
	if p.Amount.String() != "1000.5" || *p.Name != "null" || p.Card.CardQuota != 3 || *p.BuyerName != odd {
		t.Errorf("stored %s, %q, %d months, %q", p.Amount, *p.Name, p.Card.CardQuota, *p.BuyerName)
	}
}

func TestErrors_HaveTheBodyOfTheirStyle(t *testing.T) {
	t.Parallel()
	inBothStyles(t, func(f fixture, style iamport.Style) {
		want := `{"statusCode":404,"message":"Unable to find the payment.","error":"Not Found"}`
		if style == iamport.Real {
			want = `{"code":-1,"message":"Unable to find the payment.","response":null}`
		}
		got := f.send(http.MethodGet, "/payments/unknown", f.authorized(), "")
		if got.status != http.StatusNotFound || strings.TrimSpace(got.body) != want {
			f.Errorf("answered %d %s, want 404 %s", got.status, got.body, want)
		}
		if got := f.send(http.MethodGet, "/nowhere", nil, ""); got.status != http.StatusNotFound || got.body == "" {
			f.Errorf("an unknown route answered %d %q", got.status, got.body)
		}
	})
}

func TestMerchantUID_IsPaidOnceInTheRealStyle(t *testing.T) {
	t.Parallel()
	inBothStyles(t, func(f fixture, style iamport.Style) {
		request := api.OnetimeRequest{CardInput: card(), Order: order(1_000)}
		must(f.client.Onetime(f.Context(), request))(f)
		_, err := f.client.Onetime(f.Context(), request)
		if style == iamport.Reference {
			if err != nil {
				f.Errorf("the reference does not look: got %v", err)
			}
			return
		}
		f.wantRefusal(err, style)
	})
}

func TestAgain_TakesTheBuyerFromTheCard(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{})
	input := card()
	input.CustomerName, input.CustomerTel = "홍길동", "010-1234-5678"
	must(f.client.CreateSubscription(t.Context(), "customer", api.SubscriptionRequest{CardInput: input}))(f)
	o := order(1_000)
	o.BuyerTel = "02-123-4567"
	p := must(f.client.Again(t.Context(), api.AgainRequest{CustomerUID: "customer", Order: o}))(f)
	if *p.BuyerName != "홍길동" || *p.BuyerTel != "02-123-4567" || p.Card.CardNumber != input.CardNumber {
		t.Errorf("paid by %s, %s, with %s", *p.BuyerName, *p.BuyerTel, p.Card.CardNumber)
	}
}

func TestCORS_AnswersAPreflight(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{})
	got := f.send(http.MethodOptions, "/payments/cancel", http.Header{
		"Origin": {"https://shop.example"}, "Access-Control-Request-Method": {"POST"},
		"Access-Control-Request-Headers": {"authorization,content-type"},
	}, "")
	if got.status != http.StatusNoContent || got.header.Get("Access-Control-Allow-Origin") != "*" ||
		!strings.Contains(got.header.Get("Access-Control-Allow-Methods"), "PUT") ||
		got.header.Get("Access-Control-Allow-Headers") != "authorization,content-type" {
		t.Errorf("answered %d %v", got.status, got.header)
	}
	if len(f.Ledger().Requests()) != 0 {
		t.Error("a preflight is no request to the PG, but it is on record")
	}
}

func TestHandler_NeedsNoListener(t *testing.T) {
	t.Parallel()
	fake := iamport.New(iamport.Options{})
	defer fake.Close()
	w := httptest.NewRecorder()
	fake.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/internal/webhook", nil))
	if w.Code != http.StatusCreated {
		t.Errorf("answered %d", w.Code)
	}
}
