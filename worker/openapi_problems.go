package worker

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/samchon/payments-server/internal/payment"
)

// What operations may be refused for. Those on an encrypted body are the same
// for all of them, and so are the rest for all that touch the database.
var (
	refusedBodies  = []string{codeInvalidBody, codeUndecryptable, codeTooLarge}
	refusedLocks   = []string{string(payment.CodeWrongPassword), string(payment.CodeTooManyAttempts)}
	refusedSources = []string{
		codeKeyReused, string(payment.CodeInvalid), string(payment.CodeUnknownVendor),
		string(payment.CodeAlreadyRegistered), string(payment.CodeInProgress),
		string(payment.CodeTooManyAttempts), // at the record that there is
	}
	refusedByGateways = []string{
		string(payment.CodeDeclined), string(payment.CodeOutcomeUnknown), string(payment.CodeUnavailable),
	}
	noHistory     = []string{string(payment.CodeHistoryNotFound)}
	noReservation = []string{string(payment.CodeReservationUnknown)}
)

// refusals are the codes of each operation.
var refusals = map[string][]string{
	"histories.store": slices.Concat(refusedBodies, refusedSources, refusedByGateways,
		[]string{string(payment.CodePriceMismatch), string(payment.CodeOrderMismatch), string(payment.CodeUndoRefused)}),
	"histories.get": slices.Concat(refusedBodies, refusedLocks, noHistory),
	"histories.at":  slices.Concat(refusedBodies, refusedLocks, noHistory),
	"histories.cancel": slices.Concat(refusedBodies, refusedLocks, noHistory, refusedByGateways,
		[]string{codeKeyReused, string(payment.CodeInvalid), string(payment.CodeInProgress)}),
	"reservations.store": slices.Concat(refusedBodies, refusedSources, refusedByGateways),
	"reservations.get":   slices.Concat(refusedBodies, refusedLocks, noReservation),
	"reservations.at":    slices.Concat(refusedBodies, refusedLocks, noReservation),
	"internal.webhook":   refusedBodies,
	"webhooks.iamport":   {codeInvalidBody, codeTooLarge, codeDatabaseAway},
	"webhooks.toss":      {codeInvalidBody, codeTooLarge, codeDatabaseAway},
}

// codes are all there are.
func codes() (all []any) {
	for _, code := range slices.Sorted(maps.Keys(kinds)) {
		all = append(all, code)
	}
	return all
}

// documentRefusals says what each status of an operation can mean.
func documentRefusals(op *huma.Operation) {
	known := slices.Clone(refusals[op.OperationID])
	if strings.HasPrefix(op.OperationID, "histories.") || strings.HasPrefix(op.OperationID, "reservations.") {
		known = append(known, codeDatabaseAway)
	}
	if op.Extensions[planned] != nil {
		known = append(known, codeNotImplemented)
	}
	slices.Sort(known)
	content := op.Responses["default"].Content
	for _, code := range known {
		status := strconv.Itoa(kinds[code].Status)
		r := op.Responses[status]
		if r == nil {
			r = &huma.Response{Content: exampleOf(code, content)}
			op.Responses[status] = r
		}
		r.Description += "`" + code + "`: " + kinds[code].Title + ". "
		if kinds[code].Status == 429 || kinds[code].Status > 501 || code == string(payment.CodeInProgress) {
			r.Headers = map[string]*huma.Param{"Retry-After": {
				Description: "Seconds to wait before the same request is sent again; may be missing.",
				Schema:      &huma.Schema{Type: "integer"},
			}}
		}
	}
	for _, r := range op.Responses {
		r.Description = strings.TrimSpace(r.Description)
	}
	op.Responses["default"].Description = "Any other refusal, also a gateway's own status with `pg_declined`."
}

// exampleOf shows a code. Other codes of the same status look alike.
func exampleOf(code string, content map[string]*huma.MediaType) map[string]*huma.MediaType {
	example := newProblem(context.Background(), code, kinds[code].Title+".").Problem
	example.RequestID = "9c2e6f0d"
	shown := map[string]*huma.MediaType{}
	for name, m := range content {
		shown[name] = &huma.MediaType{Schema: m.Schema, Example: mustMarshal(example)}
	}
	return shown
}
