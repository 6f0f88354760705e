package worker

import (
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:generate go test . -run TestOpenAPI -update

const aboutAPI = `A payment server in front of Iamport and Toss Payments.

Bodies of type text/plain are JSON, encrypted: AES-CBC (128, 192 or 256 bits, by the key), PKCS#5 padding, standard Base64
without line breaks. Key and initialization vector are the UTF-8 bytes of API_ENCRYPTION_KEY and API_ENCRYPTION_IV, the same
for every body. The schema given for such a body is that of the JSON. Knowing the key is what gives access; there are no
other credentials.

Amounts are decimal numbers in the currency's own unit: 12000 is ₩12,000. Read them as decimals where fractions matter.
Times are ISO 8601 in UTC with milliseconds.

A request that fails is answered with RFC 9457 problem details, never encrypted; branch on their code.
Every path is there without the prefix /payments as well. Unknown fields of a request are ignored.`

const sealedNote = "Encrypted; see the beginning of this document."

// document says in the API's description what its types cannot say. It changes
// no behaviour: operations keep what they were registered with.
func document(o *huma.OpenAPI) {
	o.Info.Description = aboutAPI
	o.Info.License = &huma.License{Name: "MIT", Identifier: "MIT"}
	o.Tags = []*huma.Tag{
		{Name: "histories", Description: "Payments: captured, kept, read and refunded."},
		{Name: "reservations", Description: "Billing keys: kept and read."},
		{Name: "monitors", Description: "What the answering worker is, and does."},
		{Name: "webhooks", Description: "What the gateways call, and what services are called with."},
		{Name: "internal", Description: "For trying things out."},
	}
	schemas := o.Components.Schemas.Map()
	unionsByVendor(schemas)
	for _, s := range schemas {
		amountsArePlain(s)
	}
	schemas["Problem"].Properties["code"].Enum = codes()
	for _, op := range allOperations(o) {
		documentBodies(op)
		documentRefusals(op)
	}
	documentGateways(o)
	o.Webhooks = map[string]*huma.PathItem{"changed": {Post: ourWebhook()}}
	documentExamples(o)
}

// allOperations are all there are, by path.
func allOperations(o *huma.OpenAPI) (all []*huma.Operation) {
	for _, paths := range []map[string]*huma.PathItem{o.Paths, o.Webhooks} {
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			for _, op := range []*huma.Operation{paths[path].Get, paths[path].Post, paths[path].Put, paths[path].Patch} {
				if op != nil {
					all = append(all, op)
				}
			}
		}
	}
	return all
}

// amountsArePlain takes off the format double, which promises binary fractions.
func amountsArePlain(s *huma.Schema) {
	for _, p := range s.Properties {
		if p.Format == "double" {
			p.Format = ""
		}
	}
}

// documentBodies says which bodies are encrypted.
func documentBodies(op *huma.Operation) {
	if op.RequestBody != nil && op.RequestBody.Content["text/plain"] != nil {
		op.RequestBody.Description = sealedNote
	}
	for status, r := range op.Responses {
		if strings.HasPrefix(status, "2") && r.Content["text/plain"] != nil {
			r.Description = sealedNote
		}
	}
}

// documentGateways describes what the gateways send, which is read by hand.
func documentGateways(o *huma.OpenAPI) {
	hint := &huma.MediaType{Schema: &huma.Schema{
		Type: "object", AdditionalProperties: true, Required: []string{"imp_uid", "status"},
		Examples: []any{map[string]string{
			"imp_uid": "imp_448280090638", "merchant_uid": "6f0ab8c5-2f0b-4a53-9d2e-5c7a35e1a1a4", "status": "paid",
		}},
		Properties: map[string]*huma.Schema{
			"imp_uid":      {Type: "string", Description: "The payment to look at."},
			"merchant_uid": {Type: "string", Description: "The order it belongs to."},
			"status":       {Type: "string", Description: "What it has become; ready and failed are passed over."},
		},
	}}
	describeHook(o.Paths["/webhooks/iamport"].Post, map[string]*huma.MediaType{
		"application/json": hint, "application/x-www-form-urlencoded": hint,
	})
	describeHook(o.Paths["/webhooks/toss"].Post, map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{
			Type: "object", AdditionalProperties: true,
			Description: "One of Toss Payments' webhook envelopes: https://docs.tosspayments.com/reference/using-api/webhook-events",
			Examples: []any{map[string]any{
				"eventType": "PAYMENT_STATUS_CHANGED", "createdAt": "2026-03-01T21:00:01.000000",
				"data": map[string]string{"paymentKey": "ZRdQmvL6gK1Jx9bNa8wPA", "status": "DONE"},
			}},
		}},
	})
}

func describeHook(op *huma.Operation, content map[string]*huma.MediaType) {
	op.Parameters = nil // Content-Type, which is that of the content
	op.RequestBody = &huma.RequestBody{Required: true, Content: content}
}

// ourWebhook is what the server sends to the webhook_url of a payment.
func ourWebhook() *huma.Operation {
	return &huma.Operation{
		OperationID: "changed", Summary: "A payment has changed", Tags: []string{"webhooks"},
		Description: "Sent to the payment's webhook_url, in order per payment, until a 2xx answers it or three days are over. " +
			"It may come more than once, with the same id. Signed as standardwebhooks.com specifies.",
		Parameters: []*huma.Param{
			signatureHeader("webhook-id", "The same as id of the body, in every attempt."),
			signatureHeader("webhook-timestamp", "When the attempt was made, in Unix seconds."),
			signatureHeader("webhook-signature", "v1, and the Base64 of HMAC-SHA256 over id.timestamp.body; one for each signing secret, separated by blanks."),
		},
		RequestBody: &huma.RequestBody{Required: true, Description: sealedNote, Content: map[string]*huma.MediaType{
			"text/plain": {Schema: &huma.Schema{Ref: schemaRef("Webhook")}},
		}},
		Responses: map[string]*huma.Response{
			"2XX": {Description: "Taken. The body is kept for the record, and not looked at."},
			"410": {Description: "Not wanted; this webhook is not sent again."},
		},
	}
}

func signatureHeader(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "header", Required: true, Description: description,
		Schema: &huma.Schema{Type: "string"}}
}

func schemaRef(name string) string { return "#/components/schemas/" + name }
