package checkout_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/samchon/payments-server/fakes/internal/checkout"
)

func TestDestination(t *testing.T) {
	t.Parallel()
	for address, valid := range map[string]bool{
		"":                       true,
		"http://shop.test/done":  true,
		"https://shop.test/done": true,
		"javascript:alert(1)":    false,
		"/done":                  false,
		"http://%zz":             false,
	} {
		if _, err := checkout.Destination(address); (err == nil) != valid {
			t.Errorf("Destination(%q): %v", address, err)
		}
	}
}

func TestExtend_KeepsTheShopsOwnQuery(t *testing.T) {
	t.Parallel()
	address, err := checkout.Destination("http://shop.test/done?from=cart&amount=1")
	if err != nil {
		t.Fatal(err)
	}
	want := "http://shop.test/done?amount=2&from=cart&message=%EA%B1%B0%EC%A0%88"
	for range 2 { // the address itself stays as it was
		if got := checkout.Extend(address, map[string]string{"amount": "2", "message": "거절"}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	checkout.Window{
		Name: "<script>alert(1)</script>", Method: "card",
		Choices: []checkout.Choice{{Name: "pay", Label: "Pay"}, {Name: "close", Label: "Close", Unheard: true}},
	}.Write(w)
	page := w.Body.String()
	if strings.Contains(page, "<script>alert") {
		t.Error("what a shop sells can be a script")
	}
	if strings.Contains(page, "결제 금액") {
		t.Error("an amount is shown where there is none")
	}
	for _, button := range []string{`<button data-choice="pay">Pay<`, `<button data-choice="close" data-unheard>Close<`} {
		if !strings.Contains(page, button) {
			t.Errorf("no %s in %s", button, page)
		}
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the policy is %q", policy)
	}
}

func TestMount_ServesWhatTheWindowNeeds(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	checkout.Mount(mux, "let shop;", "GET /v1/sdk.js")
	for path, kind := range map[string]string{
		"/v1/sdk.js":           "text/javascript",
		"/checkout/window.js":  "text/javascript",
		"/checkout/window.css": "text/css",
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || !strings.HasPrefix(got, kind) {
			t.Errorf("%s: %d %s", path, w.Code, got)
		}
	}
}
