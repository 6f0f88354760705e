package iamport_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/fakes/iamport"
)

// bodies are whole requests of each call, with what each style requires of them.
var bodies = []struct {
	method, path    string
	body            map[string]any
	reference, real []string
}{
	{
		"POST", "/users/getToken", map[string]any{"imp_key": iamport.DefaultKey, "imp_secret": iamport.DefaultSecret},
		[]string{"imp_key", "imp_secret"}, []string{"imp_key", "imp_secret"},
	},
	{
		"POST", "/subscribe/payments/onetime",
		map[string]any{
			"merchant_uid": "onetime", "amount": 1, "name": "책",
			"card_number": "1-2", "expiry": "2030-12", "birth": "880311",
		},
		[]string{"merchant_uid", "amount", "name", "card_number", "expiry", "birth"},
		[]string{"merchant_uid", "amount", "card_number", "expiry"},
	},
	{
		"POST", "/subscribe/customers/c", map[string]any{"card_number": "1-2", "expiry": "2030-12", "birth": "880311"},
		[]string{"card_number", "expiry", "birth"}, []string{"card_number", "expiry"},
	},
	{
		"POST", "/subscribe/payments/again",
		map[string]any{"customer_uid": "c", "merchant_uid": "again", "amount": 1, "name": "책"},
		[]string{"customer_uid", "merchant_uid", "amount", "name"},
		[]string{"customer_uid", "merchant_uid", "amount", "name"},
	},
	{
		"POST", "/vbanks",
		map[string]any{
			"merchant_uid": "vbank", "amount": 1, "vbank_code": "088", "vbank_due": 1772370000, "vbank_holder": "홍길동",
		},
		[]string{"merchant_uid", "amount", "vbank_code", "vbank_due", "vbank_holder"},
		[]string{"merchant_uid", "amount", "vbank_code", "vbank_due", "vbank_holder"},
	},
	{"PUT", "/vbanks", map[string]any{"imp_uid": "{vbank}"}, []string{"imp_uid"}, []string{"imp_uid"}},
	{
		"POST", "/payments/prepare", map[string]any{"merchant_uid": "prepared", "amount": 1},
		[]string{"merchant_uid", "amount"}, []string{"merchant_uid", "amount"},
	},
	{
		"PUT", "/payments/prepare", map[string]any{"merchant_uid": "prepared", "amount": 2},
		[]string{"merchant_uid", "amount"}, []string{"merchant_uid", "amount"},
	},
	{
		"POST", "/receipts/{card}", map[string]any{"imp_uid": "{card}", "identifier": "01012345678"},
		[]string{"imp_uid", "identifier"}, []string{"identifier"},
	},
	{
		"POST", "/payments/cancel", map[string]any{"imp_uid": "{card}", "checksum": nil, "reason": "변심"},
		[]string{"imp_uid", "checksum", "reason"}, []string{"imp_uid"},
	},
	{
		"POST", "/certifications/otp/request",
		map[string]any{"name": "홍길동", "phone": "1", "birth": "19880311", "gender_digit": "1", "carrier": "SKT"},
		[]string{"name", "phone", "birth", "gender_digit", "carrier"},
		[]string{"name", "phone", "birth", "gender_digit", "carrier"},
	},
}

func TestBody_RequiresWhatTheStyleDoes(t *testing.T) {
	t.Parallel()
	inBothStyles(t, func(f fixture, style iamport.Style) {
		uids := strings.NewReplacer("{card}", f.payByCard(1).ImpUID, "{vbank}", f.openVBank(1, time.Hour).ImpUID)
		header := f.authorized()
		for _, call := range bodies {
			send := func(body map[string]any) answer {
				text, err := json.Marshal(body)
				if err != nil {
					f.Fatal(err)
				}
				return f.send(call.method, uids.Replace(call.path), header, uids.Replace(string(text)))
			}
			required := call.reference
			if style == iamport.Real {
				required = call.real
			}
			for _, member := range required {
				body := maps.Clone(call.body)
				delete(body, member)
				if got := send(body); got.status != http.StatusBadRequest || !strings.Contains(got.body, member) {
					f.Errorf("%s %s without %s answered %d %s", call.method, call.path, member, got.status, got.body)
				}
			}
			body := maps.Clone(call.body)
			maps.DeleteFunc(body, func(member string, _ any) bool { return !slices.Contains(required, member) })
			if got := send(body); got.status > http.StatusCreated || !strings.Contains(got.body, `"code":0,`) {
				f.Errorf("%s %s with what it needs answered %d %s", call.method, call.path, got.status, got.body)
			}
		}
	})
}

func TestBody_OfTheRealStyleTakesAnEmptyTextForNone(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{Style: iamport.Real})
	body := `{"merchant_uid":"","amount":1,"card_number":null,"expiry":"2030-12"}`
	got := f.send(http.MethodPost, "/subscribe/payments/onetime", f.authorized(), body)
	want := `{"code":-1,"message":"merchant_uid, card_number 파라메터가 누락되었습니다.","response":null}`
	if got.status != http.StatusBadRequest || strings.TrimSpace(got.body) != want {
		t.Errorf("answered %d %s, want %s", got.status, got.body, want)
	}
}

func TestBody_TellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{})
	header := f.authorized()
	card := f.payByCard(1).ImpUID
	const person = `"name":"a","phone":"1","gender_digit":"1"`
	for _, test := range []struct{ path, body, want string }{
		{
			"/payments/prepare", `{"merchant_uid":"a"}`,
			`"path":"$input.amount","expected":"number"`,
		},
		{
			"/payments/prepare", `{"merchant_uid":7,"amount":1}`,
			`"path":"$input.merchant_uid","expected":"string","value":7`,
		},
		{
			"/certifications/otp/request", `{` + person + `,"birth":"19880311","carrier":"MCI"}`,
			`"path":"$input.carrier","expected":"\"SKT\" | \"KT\" | \"LGT\"","value":"MCI"`,
		},
		{
			"/certifications/otp/request", `{` + person + `,"birth":"880311","carrier":"KT"}`,
			`"path":"$input.birth"`,
		},
		{
			"/receipts/" + card, `{"imp_uid":"a","identifier":"1","type":"firm"}`,
			`"path":"$input.type"`,
		},
		{
			"/receipts/" + card, `{"imp_uid":"a","identifier":"1","identifier_type":"dna"}`,
			`"path":"$input.identifier_type"`,
		},
		{ // it does not repeat the card
			"/subscribe/customers/c", `{"card_number":4111,"expiry":"2030-12","birth":"880311"}`,
			`"expected":"string"}`,
		},
	} {
		got := f.send(http.MethodPost, test.path, header, test.body)
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, test.want) {
			t.Errorf("%s answered %d %s, want %s", test.body, got.status, got.body, test.want)
		}
	}
}

func TestCertification_ReadsTheCenturyFromTheGenderDigit(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{Style: iamport.Real})
	for digit, want := range map[string]string{"1": "19050311", "4": "20050311"} {
		got := f.send(http.MethodPost, "/certifications/otp/request", f.authorized(),
			`{"name":"홍길동","phone":"1","birth":"05.03.11","gender_digit":"`+digit+`","carrier":"KT"}`)
		certification := must(f.client.GetCertification(t.Context(), uidOf(f.response(got))))(f)
		if certification.Birthday != want {
			t.Errorf("born on %s, want %s", certification.Birthday, want)
		}
	}
}
