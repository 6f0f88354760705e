package worker_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/worker"
)

// TestOpenAPI_IsTrue compares what the server really says with its description.
func TestOpenAPI_IsTrue(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		card, account := w.source(), w.source()
		unpaid, _ := w.virtualAccount(code, account.ID, 19900)
		var last json.RawMessage
		for _, in := range []api.StoreHistory{
			w.storing(code, unpaid, account, 19900), w.storing(code, w.pay(code, card.ID, 5000), card, 5000),
		} {
			if p := w.call("POST", "/payments/histories", in, &last); p != nil {
				t.Fatal(p)
			}
			conforms(t, "History", last)
		}
		var cancelled json.RawMessage
		if p := w.call("PUT", "/payments/histories/cancel", api.CancelHistory{
			Source: card, Password: somePassword, Price: money.New(1000), Reason: "r",
		}, &cancelled); p != nil {
			t.Fatal(p)
		}
		conforms(t, "History", cancelled)

		hook := mustv(json.Marshal(map[string]any{"id": card.ID, "source": card, "previous": last, "current": cancelled}))(t)
		conforms(t, "Webhook", hook)
		answer := mustv(http.DefaultClient.Do(w.request("POST", "/payments/internal/webhook", hook)))(t)
		answer.Body.Close()
		if answer.StatusCode != http.StatusCreated {
			t.Errorf("the sink answered %d to a webhook", answer.StatusCode)
		}
	})
}

func TestOpenAPI_IsTrueOfProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.call("PATCH", "/payments/histories/get", api.SourcePassword{Source: w.source(), Password: "x"}, nil)
	conforms(t, "Problem", mustv(json.Marshal(p))(t))
}

func TestOpenAPI_TellsVendorsApart(t *testing.T) {
	t.Parallel()
	schemas := worker.Schemas()
	history := map[string]any{"vendor_code": "toss.payments", "data": map[string]any{"imp_uid": "imp_1"}}
	result := &huma.ValidateResult{}
	huma.Validate(schemas, schemas.Map()["History"], huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, history, result)
	if len(result.Errors) == 0 {
		t.Error("data of Iamport passed for a payment at Toss")
	}
}

// TestOpenAPI_ExamplesAreAsDescribed, and none is missing.
func TestOpenAPI_ExamplesAreAsDescribed(t *testing.T) {
	t.Parallel()
	var document any
	must(t, json.Unmarshal(mustv(os.ReadFile("../api/openapi.json"))(t), &document))
	if examples := checkExamples(t, document); examples < 80 {
		t.Errorf("only %d examples", examples)
	}
}

// checkExamples looks at every body, wherever its content is given, and counts them.
func checkExamples(t *testing.T, value any) (examples int) {
	t.Helper()
	object, _ := value.(map[string]any)
	for key, v := range object {
		if key != "content" {
			examples += checkExamples(t, v)
			continue
		}
		for _, media := range v.(map[string]any) {
			media := media.(map[string]any)
			ref, _ := media["schema"].(map[string]any)["$ref"].(string)
			if ref == "" { // a gateway's, or nothing
				continue
			}
			examples++
			conforms(t, path.Base(ref), mustv(json.Marshal(media["example"]))(t))
		}
	}
	return examples
}

// conforms fails unless a document is what the schema says.
func conforms(t *testing.T, schema string, document []byte) {
	t.Helper()
	var value any
	must(t, json.Unmarshal(document, &value))
	schemas, result := worker.Schemas(), &huma.ValidateResult{}
	huma.Validate(schemas, schemas.Map()[schema], huma.NewPathBuffer([]byte(schema), 0), huma.ModeReadFromServer, value,
		result)
	for _, err := range result.Errors {
		t.Errorf("not as described: %v", err)
	}
}
