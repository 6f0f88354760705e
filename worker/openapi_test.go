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

// TestOpenAPI_DescribesEveryField, but for those of the gateways' own objects.
func TestOpenAPI_DescribesEveryField(t *testing.T) {
	t.Parallel()
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Description string
				Properties  map[string]struct{ Description string }
			}
		}
	}
	if err := json.Unmarshal(servedOpenAPI(t), &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Components.Schemas) < 20 {
		t.Fatalf("only %d schemas", len(document.Components.Schemas))
	}
	for name, schema := range document.Components.Schemas {
		if schema.Description != "" { // a gateway's
			continue
		}
		for field, s := range schema.Properties {
			if s.Description == "" {
				t.Errorf("nothing says what %s.%s is", name, field)
			}
		}
	}
}
