package worker_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

func TestSealedBody_Refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	uid := w.iamportCard(source.ID, 1000)
	valid := `{"vendor":{"code":"iamport","uid":"` + uid + `","store_id":"s"},"source":{"schema":"a","table":"b","id":"` + source.ID +
		`"},"price":1000,"password":"p","webhook_url":"http://127.0.0.1/"}`
	replace := func(old, new string) string { return strings.Replace(valid, old, new, 1) }
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"a duplicate key":           {replace(`"price":1000`, `"price":1000,"price":1`), 400},
		"a duplicate key by ſ":      {replace(`"source":{`, `"ſource":{},"source":{`), 400},
		"a duplicate key by case":   {replace(`"price":1000`, `"price":1000,"PRICE":1`), 400},
		"a NUL":                     {replace(`"p"`, `"p\u0000"`), 400},
		"deep nesting":              {replace(`"p"`, strings.Repeat("[", 100)+strings.Repeat("]", 100)), 400},
		"a huge number":             {replace(`1000`, `1e400`), 400},
		"a number out of range":     {replace(`1000`, `1e30`), 400},
		"a price that is a text":    {replace(`:1000`, `:"1000"`), 400},
		"NaN":                       {replace(`:1000`, `:NaN`), 400},
		"a negative price":          {replace(`:1000`, `:-1`), 400},
		"an unknown vendor":         {replace(`iamport`, `paypal`), 400},
		"a source that is no uuid":  {replace(source.ID, `order-1`), 400},
		"no password":               {replace(`,"password":"p"`, ``), 400},
		"a webhook URL that is not": {replace(`http://127.0.0.1/`, `nowhere`), 400},
		"too long a webhook URL":    {replace(`http://127.0.0.1/`, `http://127.0.0.1/`+strings.Repeat("a", 1024)), 400},
		"an array":                  {`[]`, 400},
		"null":                      {`null`, 400},
		"more than 1 MiB":           {replace(`"p"`, `"`+strings.Repeat("p", 1<<20)+`"`), 413},
	} {
		p := w.send(w.request("POST", "/payments/histories", []byte(c.body)), &seen{})
		if p == nil || p.Status != c.status {
			t.Errorf("%s: got %v, want %d", name, p, c.status)
			continue
		}
		if strings.Contains(p.Detail, uid) {
			t.Errorf("%s: the answer repeats the request: %s", name, p.Detail)
		}
	}
	// Nothing of all that was stored: the payment is still free to be registered.
	w.mustStore(w.storing(api.Iamport, uid, source, 1000))
}

func TestSealedBody_MoneyStaysExact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	exact := money.MustParse("90071992547409.93") // a float64 makes …94 of it
	p := mustv(w.iamport.Onetime(t.Context(), w.onetime(source.ID, exact)))(t)
	in := w.storing(api.Iamport, p.ImpUID, source, 0)
	in.Price = exact
	if stored := w.mustStore(in); !stored.Price.Equal(exact) {
		t.Errorf("stored %v", stored.Price)
	}
	var read seen
	if p := w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: source, Password: somePassword},
		&read); p != nil || !read.Price.Equal(exact) {
		t.Errorf("read %v, %v", read.Price, p)
	}
}

// TestSealedBody_MoneyIsANumberHoweverWritten: what is the same number is the same
// price.
func TestSealedBody_MoneyIsANumberHoweverWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	in := w.storing(api.Iamport, w.iamportCard(source.ID, 20000), source, 20000)
	first := w.mustStore(in)
	for written, same := range map[string]bool{
		"20000": true, "20000.00": true, "2e4": true, "0.2E+5": true, "20000.01": false, "19999.99999999999999999": false,
		"0": false, "-0": false, "0.1": false,
	} {
		body := bytes.Replace(mustv(json.Marshal(in))(t), []byte(`"price":20000`), []byte(`"price":`+written), 1)
		var again seen
		p := w.send(w.request("POST", "/payments/histories", body), &again)
		if same && (p != nil || again.ID != first.ID) {
			t.Errorf("%s: %v, want the record of 20000", written, p)
		}
		if !same && (p == nil || p.Code != "already_registered") {
			t.Errorf("%s: %v, want a refusal of another price", written, p)
		}
	}
}

func TestPlainRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		method, path, contentType, body string
		status                          int
	}{
		{"GET", "/monitors/health", "", "", 200},
		{"HEAD", "/monitors/health", "", "", 200},
		{"POST", "/payments/webhooks/iamport", "application/json", `{"imp_uid":"x","merchant_uid":"y","status":"paid"}`, 201},
		{"POST", "/webhooks/iamport", "application/x-www-form-urlencoded", "imp_uid=x&merchant_uid=y&status=cancelled", 201},
		{"POST", "/payments/webhooks/iamport", "application/json", `{"status":"paid"}`, 400},
		{"POST", "/payments/webhooks/iamport", "application/json", `nonsense`, 400},
		{"POST", "/payments/webhooks/toss", "application/json",
			`{"eventType":"PAYMENT_STATUS_CHANGED","data":{"paymentKey":"x","orderId":"y","status":"DONE"}}`, 200},
		{"POST", "/payments/webhooks/toss", "application/json",
			`{"createdAt":"2022-01-01T00:00:00.000000","secret":"s","status":"DONE","transactionKey":"t","orderId":"o"}`, 200},
		{"POST", "/payments/webhooks/toss", "application/json",
			`{"eventType":"PAYMENT_STATUS_CHANGED","data":{"paymentKey":"x","orderId":"y","status":"SOMETHING_NEW"}}`, 200},
		{"POST", "/payments/webhooks/toss", "application/json", `nonsense`, 400},
		{"GET", "/nothing", "", "", 404},
		{"GET", "/payments/histories", "", "", 405},
	} {
		request := mustv(http.NewRequestWithContext(t.Context(), c.method, w.url+c.path, strings.NewReader(c.body)))(t)
		if c.contentType != "" {
			request.Header.Set("Content-Type", c.contentType)
		}
		answer := mustv(http.DefaultClient.Do(request))(t)
		body := mustv(io.ReadAll(answer.Body))(t)
		answer.Body.Close()
		if answer.StatusCode != c.status || (c.status >= 400) != (len(body) > 0) {
			t.Errorf("%s %s %s: got %d %q, want %d", c.method, c.path, c.body, answer.StatusCode, body, c.status)
		}
		if got := answer.Header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%s %s: no CORS header", c.method, c.path)
		}
	}
}

func TestMonitors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var performance api.Performance
	var system api.System
	for path, out := range map[string]any{"/monitors/performance": &performance, "/monitors/system": &system} {
		request := mustv(http.NewRequestWithContext(t.Context(), "GET", w.url+path, nil))(t)
		if p := w.send(request, out); p != nil {
			t.Errorf("%s: %v", path, p)
		}
	}
	if performance.Memory.RSS == 0 || performance.CPU.User == 0 {
		t.Errorf("got %+v", performance)
	}
	if system.UID == "" || system.CreatedAt.IsZero() || system.Package.Name == "" {
		t.Errorf("got %+v", system)
	}
}
