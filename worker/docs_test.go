package worker

import (
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestDocs looks at the page as a browser gets it; tests/e2e opens it in one.
func TestDocs(t *testing.T) {
	t.Parallel()
	handler := NewHandler(Options{Log: slog.New(slog.DiscardHandler), Version: "1.2.3"})
	for _, path := range []string{"/docs", "/payments/docs"} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		page := answer.Body.String()
		if answer.Code != http.StatusOK || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
			t.Fatalf("%s: answered %d %v", path, answer.Code, answer.Header())
		}
		for _, want := range []string{"1.2.3", `id="histories.cancel"`, `id="changed"`, `id="type-TossPayment"`,
			"wrong_password", "<em>encrypted</em>"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s has no %s", path, want)
			}
		}
		for _, target := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if !strings.Contains(page, `id="`+target[1]+`"`) {
				t.Errorf("%s: a link leads to #%s, which is not there", path, target[1])
			}
		}
		style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
		sum := sha256.Sum256([]byte(style[1]))
		policy := answer.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") ||
			!strings.Contains(policy, base64.StdEncoding.EncodeToString(sum[:])) {
			t.Errorf("%s: the policy %q is not of this page", path, policy)
		}
	}
}
