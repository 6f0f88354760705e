package toss

import (
	"context"
	"fmt"

	"github.com/samchon/payments-server/api/money"
)

// Confirmation names an authenticated payment and what the shop believes of it;
// where the belief is wrong the gateway refuses.
type Confirmation struct {
	PaymentKey string       `json:"paymentKey"`
	OrderID    string       `json:"orderId"`
	Amount     money.Amount `json:"amount"`
}

// Approval is a Confirmation whose payment key stands in the path.
type Approval struct {
	OrderID string       `json:"orderId"`
	Amount  money.Amount `json:"amount"`
}

// Confirm captures an authenticated payment: the money moves. It must follow
// within ten minutes of the customer's authentication.
func (c *Client) Confirm(ctx context.Context, in Confirmation, options ...CallOption) (*Payment, error) {
	var payment Payment
	if err := c.post(ctx, "/v1/payments/confirm", in, &payment, options); err != nil {
		return nil, fmt.Errorf("confirm toss payment %s of order %s: %w", in.PaymentKey, in.OrderID, err)
	}
	return &payment, nil
}

// Approve is Confirm in its older form, the only one the reference's fake has.
func (c *Client) Approve(ctx context.Context, paymentKey string, in Approval, options ...CallOption) (*Payment, error) {
	var payment Payment
	if err := c.post(ctx, "/v1/payments"+segment(paymentKey), in, &payment, options); err != nil {
		return nil, fmt.Errorf("approve toss payment %s of order %s: %w", paymentKey, in.OrderID, err)
	}
	return &payment, nil
}

// GetPayment reads a payment by the gateway's key.
func (c *Client) GetPayment(ctx context.Context, paymentKey string) (*Payment, error) {
	var payment Payment
	if err := c.get(ctx, "/v1/payments"+segment(paymentKey), &payment); err != nil {
		return nil, fmt.Errorf("get toss payment %s: %w", paymentKey, err)
	}
	return &payment, nil
}

// GetByOrderID reads a payment by the shop's own order number.
func (c *Client) GetByOrderID(ctx context.Context, orderID string) (*Payment, error) {
	var payment Payment
	if err := c.get(ctx, "/v1/payments/orders"+segment(orderID), &payment); err != nil {
		return nil, fmt.Errorf("get toss payment of order %s: %w", orderID, err)
	}
	return &payment, nil
}
