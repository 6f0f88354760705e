package toss

import (
	"context"
	"fmt"

	"github.com/samchon/payments-server/api/money"
)

// CardPayment is a payment by card number. A caller of it holds card data and
// must be certified to (PCI DSS).
type CardPayment struct {
	CardNumber          string        `json:"cardNumber"`
	CardExpirationYear  string        `json:"cardExpirationYear"`
	CardExpirationMonth string        `json:"cardExpirationMonth"`
	CardPassword        string        `json:"cardPassword,omitempty"`
	CardInstallmentPlan int           `json:"cardInstallmentPlan,omitempty"`
	Amount              money.Amount  `json:"amount"`
	TaxFreeAmount       *money.Amount `json:"taxFreeAmount,omitempty"`
	OrderID             string        `json:"orderId"`
	OrderName           string        `json:"orderName,omitempty"`
	CustomerName        string        `json:"customerName,omitempty"`
	CustomerEmail       string        `json:"customerEmail,omitempty"`
	VBV                 *VBV          `json:"vbv,omitempty"`

	CustomerBirthday       string `json:"customerBirthday,omitempty"`       // YYMMDD, API version 1.3
	CustomerIdentityNumber string `json:"customerIdentityNumber,omitempty"` // its name today

	// Approved, when false, leaves the payment IN_PROGRESS, as the gateway's
	// payment window does. Only fakes know it.
	Approved *bool `json:"__approved,omitempty"`
}

// VirtualAccountRequest asks for a bank account to be paid into.
type VirtualAccountRequest struct {
	OrderID      string       `json:"orderId"`
	OrderName    string       `json:"orderName"`
	Bank         string       `json:"bank"`
	CustomerName string       `json:"customerName"`
	Amount       money.Amount `json:"amount"`
	ValidHours   int          `json:"validHours,omitempty"` // real and our fake; default seven days
	Approved     *bool        `json:"__approved,omitempty"` // accepted by fakes, without effect
}

// KeyIn pays by card number.
func (c *Client) KeyIn(ctx context.Context, in CardPayment, options ...CallOption) (*Payment, error) {
	var payment Payment
	body := struct {
		Method string `json:"method"` // for the reference's fake
		CardPayment
	}{"card", in}
	if err := c.post(ctx, "/v1/payments/key-in", body, &payment, options); err != nil {
		return nil, fmt.Errorf("key in toss payment of order %s: %w", in.OrderID, err)
	}
	return &payment, nil
}

// CreateVirtualAccount opens a bank account that waits for a deposit.
func (c *Client) CreateVirtualAccount(
	ctx context.Context, in VirtualAccountRequest, options ...CallOption,
) (*Payment, error) {
	var payment Payment
	body := struct {
		Method string `json:"method"` // for the reference's fake
		VirtualAccountRequest
	}{"virtual-account", in}
	if err := c.post(ctx, "/v1/virtual-accounts", body, &payment, options); err != nil {
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
