package iamport

import (
	"encoding/json"
	"net/http"
	"net/url"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/courier"
)

// notify tells the shop of a payment's state. The state is stored by then: a
// receiver reads it back at once.
func (s *Server) notify(cause fault.Cause, p api.Payment, cancellation string) {
	contentType, body := s.encodeWebhook(api.Webhook{
		ImpUID: p.ImpUID, MerchantUID: p.MerchantUID, Status: p.Status, CancellationID: cancellation,
	})
	s.webhooks.Send(courier.Message{
		Payment: p.ImpUID,
		Cause:   cause,
		Event:   string(p.Status),
		URL:     p.NoticeURL,
		Header:  http.Header{"Content-Type": {contentType}},
		Body:    body,
	})
}

func (s *Server) encodeWebhook(hook api.Webhook) (contentType string, body []byte) {
	if s.settings.Load().WebhookForm {
		form := url.Values{
			"imp_uid": {hook.ImpUID}, "merchant_uid": {hook.MerchantUID}, "status": {string(hook.Status)},
		}
		if hook.CancellationID != "" {
			form.Set("cancellation_id", hook.CancellationID)
		}
		return "application/x-www-form-urlencoded", []byte(form.Encode())
	}
	body, err := json.Marshal(hook)
	if err != nil {
		panic("fake iamport: " + err.Error()) // three strings cannot fail to encode
	}
	return "application/json", body
}
