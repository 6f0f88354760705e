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
// None of them can be believed: only a deposit carries a secret, and a changed
// payment status carries nothing at all. Read the payment at the gateway.
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

// ParseWebhook reads the body of a webhook. Event types and fields it does not
// know are no errors.
func ParseWebhook(body []byte) (Webhook, error) {
	var envelope struct {
		EventType  string          `json:"eventType"`
		CreatedAt  Time            `json:"createdAt"`
		Data       json.RawMessage `json:"data"`
		EntityBody json.RawMessage `json:"entityBody"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return Webhook{}, fmt.Errorf("decode toss webhook: %w", err)
	}
	w := Webhook{EventType: envelope.EventType, CreatedAt: envelope.CreatedAt, Data: envelope.Data}
	switch {
	case w.Data != nil:
	case envelope.EntityBody != nil:
		w.Data = envelope.EntityBody
	default:
		w.Data = append(json.RawMessage(nil), body...)
	}
	var entity struct {
		PaymentKey     string `json:"paymentKey"`
		OrderID        string `json:"orderId"`
		Status         Status `json:"status"`
		TransactionKey string `json:"transactionKey"`
		Secret         string `json:"secret"`
	}
	if err := json.Unmarshal(w.Data, &entity); err != nil {
		return Webhook{}, fmt.Errorf("decode toss webhook %s: %w", w.EventType, err)
	}
	if w.EventType == "" && entity.Secret != "" {
		w.EventType = EventDepositCallback
		w.Secret = entity.Secret
	}
	w.PaymentKey, w.OrderID, w.Status = entity.PaymentKey, entity.OrderID, entity.Status
	w.TransactionKey = entity.TransactionKey
	return w, nil
}
