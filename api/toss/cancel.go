package toss

import (
	"context"
	"fmt"

	"github.com/samchon/payments-server/api/money"
)

// Cancellation asks for a refund.
type Cancellation struct {
	CancelReason string `json:"cancelReason"` // 200 characters at most
	// CancelAmount is what to give back. Without it the gateway gives back
	// what is left; the reference's fake means everything, and refuses once a part
	// has been given back.
	CancelAmount *money.Amount `json:"cancelAmount,omitempty"`
	// RefundableAmount is what the shop believes can still be refunded; where it
	// is wrong the gateway refuses with CodeNotMatchesRefundable and does nothing.
	RefundableAmount *money.Amount `json:"refundableAmount,omitempty"`
	// RefundReceiveAccount is required for a virtual account that was paid into.
	RefundReceiveAccount *RefundAccount `json:"refundReceiveAccount,omitempty"`
	TaxFreeAmount        *money.Amount  `json:"taxFreeAmount,omitempty"`
	TaxAmount            *money.Amount  `json:"taxAmount,omitempty"`
}

// RefundAccount is where the refund of a virtual account goes.
type RefundAccount struct {
	Bank          string `json:"bank"`
	AccountNumber string `json:"accountNumber"` // 20 digits at most, without dashes
	HolderName    string `json:"holderName"`
}

// CancelAborted is the CancelStatus of a refund that has failed, of a method that
// refunds later than it is asked to: https://docs.tosspayments.com/reference/using-api/webhook-events
const CancelAborted = "ABORTED"

// Cancel is one refund of a payment.
type Cancel struct {
	TransactionKey   string       `json:"transactionKey,omitempty" doc:"Key of the refund; the fake has none in its reference style."`
	CancelAmount     money.Amount `json:"cancelAmount" doc:"Amount given back, in the currency of the payment."`
	CancelReason     string       `json:"cancelReason" doc:"Why, as the service said."`
	TaxFreeAmount    money.Amount `json:"taxFreeAmount" doc:"The part of it that was free of tax."`
	TaxAmount        money.Amount `json:"taxAmount" doc:"The part of it that was taxed."`
	RefundableAmount money.Amount `json:"refundableAmount" doc:"What could still be refunded afterwards."` // the fakes write what was asked
	CancelStatus     string       `json:"cancelStatus,omitempty" doc:"State of the refund: IN_PROGRESS, DONE or ABORTED; the last has given nothing back."`
	CanceledAt       Time         `json:"canceledAt" doc:"When it was given back."`
}

// Cancel refunds a payment in whole or in part. Without an IdempotencyKey a
// repeated partial refund refunds twice.
func (c *Client) Cancel(
	ctx context.Context, paymentKey string, in Cancellation, options ...CallOption,
) (*Payment, error) {
	var payment Payment
	body := struct {
		PaymentKey string `json:"paymentKey"` // for the reference's fake
		Cancellation
	}{paymentKey, in}
	if err := c.post(ctx, "/v1/payments"+segment(paymentKey)+"/cancel", body, &payment, options); err != nil {
		return nil, fmt.Errorf("cancel toss payment %s: %w", paymentKey, err)
	}
	return &payment, nil
}
