package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/internal/payment"
)

// Described fails a test whose worker refuses a request in a way that its own
// description does not tell of the operation. What is no operation has none.
func Described(t testing.TB, handler http.Handler) http.Handler {
	t.Helper()
	routes := chi.NewRouter()
	description := newAPI(routes, Options{}).OpenAPI()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		out := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		out.Tee(&body)
		handler.ServeHTTP(out, r)
		pattern := routes.Find(chi.NewRouteContext(), r.Method, strings.TrimPrefix(r.URL.Path, "/payments"))
		op := operationAt(description, r.Method, pattern)
		if out.Status() < 400 || op == nil || out.Status() == statusHungUp { // which nobody reads
			return
		}
		if err := describes(op, out.Status(), body.Bytes()); err != nil {
			t.Errorf("%s: %v", op.OperationID, err)
		}
	})
}

func operationAt(description *huma.OpenAPI, method, path string) *huma.Operation {
	for _, op := range allOperations(description) {
		if op.Method == method && op.Path == path {
			return op
		}
	}
	return nil
}

// describes tells what an operation does not say of a refusal. A gateway's refusal
// comes with the gateway's own status, and a defect of ours nowhere.
func describes(op *huma.Operation, status int, body []byte) error {
	var p api.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		return fmt.Errorf("%d with no problem in %q: %w", status, body, err)
	}
	if p.Code == string(payment.CodeDeclined) {
		status = kinds[p.Code].Status
	}
	response := op.Responses[strconv.Itoa(status)]
	if response == nil || !strings.Contains(response.Description, "`"+p.Code+"`") {
		return fmt.Errorf("nothing says that it may be refused with %d %s", status, p.Code)
	}
	return nil
}

// TestDescribed: what watches over the other tests notices.
func TestDescribed(t *testing.T) {
	t.Parallel()
	op := operationAt(newAPI(chi.NewRouter(), Options{}).OpenAPI(), http.MethodPatch, "/histories/{id}")
	for _, c := range []struct {
		status int
		body   string
		known  bool
	}{
		{404, `{"code":"history_not_found"}`, true},
		{400, `{"code":"history_not_found"}`, false},
		{404, `{"code":"reservation_not_found"}`, false},
		{409, `{"code":"in_progress"}`, false},
		{500, `{"code":"internal_error"}`, false},
		{404, `not a problem`, false},
	} {
		if err := describes(op, c.status, []byte(c.body)); (err == nil) != c.known {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
	}
}
