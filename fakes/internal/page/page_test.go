package page_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/samchon/payments-server/fakes/internal/page"
)

func TestPage(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	page.Mount(mux, "Iamport & Co")
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}

	root := get("/")
	if !strings.Contains(root.Body.String(), "<h1>Fake Iamport &amp; Co</h1>") {
		t.Errorf("the page does not name its vendor:\n%s", root.Body)
	}
	if policy := root.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") {
		t.Errorf("security policy %q", policy)
	}
	if other := get("/elsewhere"); other.Code != http.StatusNotFound {
		t.Errorf("another path answered %d", other.Code)
	}

	assets := regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(root.Body.String(), -1)
	if len(assets) != 2 {
		t.Fatalf("the page has %d assets, want its style and its script", len(assets))
	}
	abroad := regexp.MustCompile(`https?://`)
	for _, asset := range append(assets, []string{"", "/"}) {
		got := get(asset[1])
		if got.Code != http.StatusOK {
			t.Errorf("%s answered %d", asset[1], got.Code)
		}
		if abroad.MatchString(got.Body.String()) {
			t.Errorf("%s speaks of another host", asset[1])
		}
	}
}
