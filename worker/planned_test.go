package worker

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"github.com/samchon/payments-server/api"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	routes := chi.NewRouter()
	a := humachi.New(routes, humaConfig(Options{}))
	plan[struct{ Body api.Password }, api.Source](a, huma.Operation{
		OperationID: "receipts.get", Method: http.MethodPatch, Path: "/receipts/get",
	})
	documentRefusals(a.OpenAPI().Paths["/receipts/get"].Patch)

	for body, want := range map[string]string{
		`{"password":"p"}`: codeNotImplemented,
		`{"password":1}`:   codeInvalidBody,
	} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPatch, "/receipts/get", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		routes.ServeHTTP(answer, request)
		var p api.Problem
		if err := json.Unmarshal(answer.Body.Bytes(), &p); err != nil || p.Code != want || answer.Code != kinds[want].Status {
			t.Errorf("%s: answered %d %s, want %s", body, answer.Code, answer.Body, want)
		}
	}
	described := a.OpenAPI().Paths["/receipts/get"].Patch
	if r := described.Responses["501"]; r == nil || !strings.Contains(r.Description, codeNotImplemented) {
		t.Errorf("the description has the answers %v, want one of a planned operation", described.Responses)
	}
}
