package toss

import (
	"encoding/json"
	"fmt"
)

// Types of a webhook.
const (
	EventPaymentStatusChanged = "PAYMENT_STATUS_CHANGED"
	EventDepositCallback      = "DEPOSIT_CALLBACK"
)

// Webhook is what the gateway's three envelopes have in common: {eventType,
// createdAt, data}, {eventType, version, eventId, entityType, entityBody}, and
// the flat one of a deposit, which names neither its type nor the payment's key.
//
// None of them can be believed: a deposit, and the payment in a changed status,
// carry the payment's secret at best. Read the payment at the gateway.
type Webhook struct {
	EventType      string // EventDepositCallback for the flat one
	CreatedAt      Time
	PaymentKey     string // "" in a deposit
	OrderID        string
	Status         Status
	TransactionKey string          // deposits only
	Secret         string          // deposits only; equals Payment.Secret
	Data           json.RawMessage // data, entityBody, or the flat body
}

// ParseWebhook reads the body of a webhook, which must be a JSON object. What it
// does not understand it leaves empty: the gateway adds events and fields
// without notice, and repeats for days what a shop refuses.
func ParseWebhook(body []byte) (Webhook, error) {
	var envelope struct {
		EventType  string          `json:"eventType"`
		CreatedAt  string          `json:"createdAt"`
		Data       json.RawMessage `json:"data"`
		EntityBody json.RawMessage `json:"entityBody"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return Webhook{}, fmt.Errorf("decode toss webhook: %w", err)
	}
	w := Webhook{EventType: envelope.EventType, Data: envelope.Data}
	w.CreatedAt, _ = ParseTime(envelope.CreatedAt) // nothing depends on it
	switch {
	case w.Data != nil:
	case envelope.EntityBody != nil:
		w.Data = envelope.EntityBody
	default:
		w.Data = append(json.RawMessage(nil), body...)
	}
	w.readData()
	return w, nil
}

func (w *Webhook) readData() {
	var entity struct {
		PaymentKey     string `json:"paymentKey"`
		OrderID        string `json:"orderId"`
		Status         Status `json:"status"`
		TransactionKey string `json:"transactionKey"`
		Secret         string `json:"secret"`
	}
	if json.Unmarshal(w.Data, &entity) != nil {
		return // an event about something else than a payment
	}
	w.PaymentKey, w.OrderID, w.Status = entity.PaymentKey, entity.OrderID, entity.Status
	w.TransactionKey = entity.TransactionKey
	if w.EventType == "" && entity.Secret != "" {
		w.EventType, w.Secret = EventDepositCallback, entity.Secret
	}
}
