package worker

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

const openAPIFile = "../api/openapi.json"

// TestOpenAPI keeps the committed document in step with the served one.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	var document bytes.Buffer
	if err := json.Indent(&document, servedOpenAPI(t), "", "  "); err != nil {
		t.Fatal(err)
	}
	document.WriteByte('\n')
	if *update {
		if err := os.WriteFile(openAPIFile, document.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(openAPIFile); err != nil || !bytes.Equal(have, document.Bytes()) {
		t.Errorf("%s is stale (%v): run `make generate`", openAPIFile, err)
	}
}

func servedOpenAPI(t *testing.T) []byte {
	t.Helper()
	answer := httptest.NewRecorder()
	handler := NewHandler(Options{Log: slog.New(slog.DiscardHandler), Version: "development"})
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	return answer.Body.Bytes()
}

// TestOpenAPI_DescribesEveryField, those of the gateways' own objects as well.
func TestOpenAPI_DescribesEveryField(t *testing.T) {
	t.Parallel()
	var document any
	if err := json.Unmarshal(servedOpenAPI(t), &document); err != nil {
		t.Fatal(err)
	}
	if fields := undescribed(t, "", document); fields < 200 {
		t.Errorf("only %d fields", fields)
	}
}

// undescribed reports the fields without a description, wherever properties are
// listed, and counts all.
func undescribed(t *testing.T, at string, value any) (fields int) {
	t.Helper()
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			fields += undescribed(t, at, v)
		}
	case map[string]any:
		for key, v := range value {
			fields += undescribed(t, at+"/"+key, v)
		}
		properties, _ := value["properties"].(map[string]any)
		for name, p := range properties {
			fields++
			if p, ok := p.(map[string]any); ok && p["description"] == nil {
				t.Errorf("nothing says what %s/%s is", at, name)
			}
		}
	}
	return fields
}
