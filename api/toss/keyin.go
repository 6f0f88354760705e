package toss

import (
	"context"
	"fmt"

	"github.com/samchon/payments-server/api/money"
)

// CardPayment is a payment by card number. A caller of it holds card data and
// must be certified to (PCI DSS).
type CardPayment struct {
	Method              string        `json:"method,omitempty"` // "card" for the reference's fake; unknown to the real gateway
	CardNumber          string        `json:"cardNumber"`
	CardExpirationYear  string        `json:"cardExpirationYear"`
	CardExpirationMonth string        `json:"cardExpirationMonth"`
	CardPassword        string        `json:"cardPassword,omitempty"`
	CardInstallmentPlan int           `json:"cardInstallmentPlan,omitempty"`
	Amount              money.Amount  `json:"amount"`
	TaxFreeAmount       *money.Amount `json:"taxFreeAmount,omitempty"`
	OrderID             string        `json:"orderId"`
	OrderName           string        `json:"orderName,omitempty"`
	CustomerBirthday    string        `json:"customerBirthday,omitempty"`
	CustomerEmail       string        `json:"customerEmail,omitempty"`
	VBV                 *VBV          `json:"vbv,omitempty"`

	// Approved, when false, leaves the payment IN_PROGRESS, as the gateway's
	// payment window does. Only fakes know it.
	Approved *bool `json:"__approved,omitempty"`
}

// VirtualAccountRequest asks for a bank account to be paid into.
type VirtualAccountRequest struct {
	Method       string       `json:"method,omitempty"` // "virtual-account" for the reference's fake
	OrderID      string       `json:"orderId"`
	OrderName    string       `json:"orderName"`
	Bank         string       `json:"bank"`
	CustomerName string       `json:"customerName"`
	Amount       money.Amount `json:"amount"`
	ValidHours   int          `json:"validHours,omitempty"` // real and our fake; default three days
	Approved     *bool        `json:"__approved,omitempty"` // accepted by fakes, without effect
}

// KeyIn pays by card number.
func (c *Client) KeyIn(ctx context.Context, in CardPayment, options ...CallOption) (*Payment, error) {
	var payment Payment
	if err := c.post(ctx, "/v1/payments/key-in", in, &payment, options); err != nil {
		return nil, fmt.Errorf("key in toss payment of order %s: %w", in.OrderID, err)
	}
	return &payment, nil
}

// CreateVirtualAccount opens a bank account that waits for a deposit.
func (c *Client) CreateVirtualAccount(ctx context.Context, in VirtualAccountRequest, options ...CallOption) (*Payment, error) {
	var payment Payment
	if err := c.post(ctx, "/v1/virtual-accounts", in, &payment, options); err != nil {
		return nil, fmt.Errorf("create toss virtual account of order %s: %w", in.OrderID, err)
	}
	return &payment, nil
}

// Deposit pays into a virtual account. Only fakes know it: at the real gateway
// a person does that at a bank.
func (c *Client) Deposit(ctx context.Context, paymentKey string) (*Payment, error) {
	var payment Payment
	if err := c.call(ctx, "PUT", "/internal"+segment(paymentKey)+"/deposit", nil, &payment, nil); err != nil {
		return nil, fmt.Errorf("deposit into toss payment %s: %w", paymentKey, err)
	}
	return &payment, nil
}
