package iamport_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/samchon/payments-server/fakes/iamport"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestGolden holds every value that an object of each kind has after the least
// that a request may say. What is drawn by lot is told by its pattern.
func TestGolden(t *testing.T) {
	t.Parallel()
	inBothStyles(t, func(f fixture, style iamport.Style) {
		header := f.authorized()
		call := func(method, path, body string) string {
			return f.response(f.send(method, path, header, body))
		}
		const card = `"card_number":"1111-2222-3333-4444","expiry":"2030-12","birth":"880311"`
		paid := call(http.MethodPost, "/subscribe/payments/onetime",
			`{"merchant_uid":"a","amount":1000,"name":"책",`+card+`}`)
		certification := call(http.MethodPost, "/certifications/otp/request",
			`{"name":"홍길동","phone":"010-1234-5678","birth":"19880311","gender_digit":"1","carrier":"SKT"}`)
		for kind, response := range map[string]string{
			"card": paid,
			"vbank": call(http.MethodPost, "/vbanks",
				`{"merchant_uid":"b","amount":1000,"vbank_code":"088","vbank_due":1772370000.5,"vbank_holder":"길동"}`),
			"subscription": call(http.MethodPost, "/subscribe/customers/c", `{`+card+`}`),
			"again": call(http.MethodPost, "/subscribe/payments/again",
				`{"customer_uid":"c","merchant_uid":"d","amount":1,"name":"책"}`),
			"receipt": call(http.MethodPost, "/receipts/"+uidOf(paid), `{"imp_uid":"`+uidOf(paid)+`","identifier":"1"}`),
			"cancel": call(http.MethodPost, "/payments/cancel",
				`{"imp_uid":"`+uidOf(paid)+`","checksum":null,"reason":"변심","amount":400}`),
			"certification": call(http.MethodGet, "/certifications/"+uidOf(certification), ""),
		} {
			f.wantGolden(filepath.Join(style.String(), kind+".json"), patterns(response))
		}
	})
}

// response is the response in an envelope, with its members in order.
func (f fixture) response(got answer) string {
	f.Helper()
	var envelope struct {
		Response map[string]json.RawMessage `json:"response"`
	}
	if err := json.Unmarshal([]byte(got.body), &envelope); err != nil || envelope.Response == nil {
		f.Fatalf("answered %d %s", got.status, got.body)
	}
	text, err := json.MarshalIndent(envelope.Response, "", "  ")
	if err != nil {
		f.Fatal(err)
	}
	return string(text) + "\n"
}

func uidOf(response string) string {
	return regexp.MustCompile(`"imp_uid": "([^"]*)"`).FindStringSubmatch(response)[1]
}

var (
	uuid4 = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
	lots  = []struct {
		drawn   *regexp.Regexp
		pattern string
	}{
		{regexp.MustCompile(`"channel": "(pc|mobile)"`), `"channel": "pc or mobile"`},
		{regexp.MustCompile(`"(card_name|buyer_name|customer_name|vbank_holder)": "[가-힣]{3}"`), `"$1": "3 syllables"`},
		{regexp.MustCompile(`"vbank_name": "[가-힣]{2}은행"`), `"vbank_name": "2 syllables은행"`},
		{regexp.MustCompile(`"vbank_num": "\d{9}"`), `"vbank_num": "9 digits"`},
		{regexp.MustCompile(`"(buyer_tel|customer_tel)": "010\d{8}"`), `"$1": "010 and 8 digits"`},
		{regexp.MustCompile(`"[a-z]{8}@samchon.org"`), `"8 letters@samchon.org"`},
		{regexp.MustCompile(`"__otp": "\d{4}"`), `"__otp": "4 digits"`},
	}
)

// patterns numbers the UUIDs, so that it shows which are the same.
func patterns(text string) string {
	for _, lot := range lots {
		text = lot.drawn.ReplaceAllString(text, lot.pattern)
	}
	for n := 1; uuid4.MatchString(text); n++ {
		text = strings.ReplaceAll(text, uuid4.FindString(text), fmt.Sprint("uuid ", n))
	}
	return text
}

func (f fixture) wantGolden(file, got string) {
	f.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			f.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			f.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		f.Errorf("%s changed; if so it shall be, run go test ./fakes/iamport -update\n%s", file, diff)
	}
}
