package worker

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/monitor"
)

// register adds every operation to the API. The literal paths "get" and "cancel"
// win over {id}. Reads are PATCH because they carry a password.
func (s *server) register(a huma.API) {
	sealed := huma.NewGroup(a)
	sealed.UseSimpleModifier(sealedDocs)
	sealed.UseMiddleware(openSealed(s.codec))

	handle(sealed, huma.Operation{
		OperationID: "histories.store", Method: http.MethodPost, Path: "/histories", DefaultStatus: http.StatusCreated,
		Tags: []string{"histories"}, Summary: "Capture a payment and keep its record",
		Description: "Approves the payment at its gateway where that is needed, compares what was paid, and stores the record. " +
			"The same request again returns the same record.",
	}, once(s, "histories.store", s.openStored, s.storeHistory))
	handle(sealed, huma.Operation{
		OperationID: "histories.get", Method: http.MethodPatch, Path: "/histories/get",
		Tags: []string{"histories"}, Summary: "Read a payment by its source",
	}, s.historyBySource)
	handle(sealed, huma.Operation{
		OperationID: "histories.at", Method: http.MethodPatch, Path: "/histories/{id}",
		Tags: []string{"histories"}, Summary: "Read a payment by its id",
	}, s.historyByID)
	handle(sealed, huma.Operation{
		OperationID: "histories.cancel", Method: http.MethodPut, Path: "/histories/cancel",
		Tags: []string{"histories"}, Summary: "Refund a payment, whole or in part",
	}, once(s, "histories.cancel", s.openCancelled, s.cancelHistory))

	handle(sealed, huma.Operation{
		OperationID: "reservations.store", Method: http.MethodPost, Path: "/reservations", DefaultStatus: http.StatusCreated,
		Tags: []string{"reservations"}, Summary: "Keep the record of a billing key",
		Description: "The same request again returns the same record.",
	}, once(s, "reservations.store", s.openReserved, s.storeReservation))
	handle(sealed, huma.Operation{
		OperationID: "reservations.get", Method: http.MethodPatch, Path: "/reservations/get",
		Tags: []string{"reservations"}, Summary: "Read a billing key by its source",
	}, s.reservationBySource)
	handle(sealed, huma.Operation{
		OperationID: "reservations.at", Method: http.MethodPatch, Path: "/reservations/{id}",
		Tags: []string{"reservations"}, Summary: "Read a billing key by its id",
	}, s.reservationByID)

	huma.Register(sealed, huma.Operation{
		OperationID: "internal.webhook", Method: http.MethodPost, Path: "/internal/webhook",
		DefaultStatus:    http.StatusCreated,
		SkipValidateBody: true, // what is forgotten need not be right
		Tags:             []string{"internal"}, Summary: "Take a webhook of ours and forget it",
		Description: "A place to send webhooks to while nothing else listens.",
	}, s.swallowWebhook)

	huma.Register(a, huma.Operation{
		OperationID: "monitors.health", Method: http.MethodGet, Path: "/monitors/health", DefaultStatus: http.StatusOK,
		Tags: []string{"monitors"}, Summary: "Answer, if able to",
	}, s.health)

	handle(sealed, huma.Operation{
		OperationID: "monitors.performance", Method: http.MethodGet, Path: "/monitors/performance",
		Tags: []string{"monitors"}, Summary: "Tell what the answering worker has used",
	}, func(context.Context, *struct{}) (api.Performance, error) { return monitor.Performance() })
	handle(sealed, huma.Operation{
		OperationID: "monitors.system", Method: http.MethodGet, Path: "/monitors/system",
		Tags: []string{"monitors"}, Summary: "Tell what the answering worker is",
	}, func(context.Context, *struct{}) (api.System, error) { return monitor.System(), nil })

	huma.Register(a, huma.Operation{
		OperationID: "webhooks.iamport", Method: http.MethodPost, Path: "/webhooks/iamport",
		DefaultStatus: http.StatusCreated,
		MaxBodyBytes:  maxWebhook, SkipValidateBody: true, BodyReadTimeout: webhookTimeout,
		Tags: []string{"webhooks"}, Summary: "Take a webhook of Iamport",
		Description: "JSON or form. The body is not believed: it only says which payment to look at.",
	}, s.iamportWebhook)
	huma.Register(a, huma.Operation{
		// Toss asks for exactly 200 (docs.tosspayments.com/guides/webhook).
		OperationID: "webhooks.toss", Method: http.MethodPost, Path: "/webhooks/toss", DefaultStatus: http.StatusOK,
		MaxBodyBytes: maxWebhook, SkipValidateBody: true, BodyReadTimeout: webhookTimeout,
		Tags: []string{"webhooks"}, Summary: "Take a webhook of Toss Payments",
		Description: "The body is not believed: it only says which payment to look at.",
	}, s.tossWebhook)
}
