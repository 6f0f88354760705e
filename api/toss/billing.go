package toss

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/samchon/payments-server/api/money"
)

// Billing is a card that may be charged again without its owner being present.
// Its key alone is useless without the customer's; keep them apart.
type Billing struct {
	MID             string `json:"mId" doc:"The merchant's account at Toss Payments."`
	CustomerKey     string `json:"customerKey" doc:"The service's key of the customer. The billing key works together with it only."`
	BillingKey      string `json:"billingKey" doc:"Toss Payments' key of the card."`
	Method          Method `json:"method" doc:"카드 (card)."`
	AuthenticatedAt Time   `json:"authenticatedAt" doc:"When the customer was authenticated and the card registered."`
	CardCompany     string `json:"cardCompany,omitempty" doc:"Name of the card company."`
	CardNumber      string `json:"cardNumber,omitempty" doc:"Number of the card, masked by the real Toss Payments."`

	// Raw is the billing in the gateway's own bytes. Reading sets it, writing
	// ignores it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the bytes beside the fields.
func (b *Billing) UnmarshalJSON(raw []byte) error {
	type fields Billing // without this method
	if err := json.Unmarshal(raw, (*fields)(b)); err != nil {
		return err
	}
	b.Raw = append(json.RawMessage(nil), raw...)
	return nil
}

// BillingCard is a card to be registered under a customer.
type BillingCard struct {
	CustomerKey            string `json:"customerKey"`
	CardNumber             string `json:"cardNumber"`
	CardExpirationYear     string `json:"cardExpirationYear"`
	CardExpirationMonth    string `json:"cardExpirationMonth"`
	CardPassword           string `json:"cardPassword,omitempty"`
	CustomerBirthday       string `json:"customerBirthday,omitempty"`       // YYMMDD, API version 1.3
	CustomerIdentityNumber string `json:"customerIdentityNumber,omitempty"` // its name today
	CustomerName           string `json:"customerName,omitempty"`
	ConsumerName           string `json:"consumerName,omitempty"` // how API version 1.3 spells it
	CustomerEmail          string `json:"customerEmail,omitempty"`
	VBV                    *VBV   `json:"vbv,omitempty"`
}

// VBV is the proof of an authentication abroad (Verified by Visa).
type VBV struct {
	CAVV string `json:"cavv"`
	XID  string `json:"xid"`
	ECI  string `json:"eci"`
}

// Charge is one payment with a registered card.
type Charge struct {
	CustomerKey string       `json:"customerKey"`
	OrderID     string       `json:"orderId"`
	OrderName   string       `json:"orderName,omitempty"` // required by the real gateway
	Amount      money.Amount `json:"amount"`
}

type customer struct {
	CustomerKey string `json:"customerKey"`
}

// StoreBilling registers a card by its number. A caller of this method holds
// card data and must be certified to (PCI DSS).
func (c *Client) StoreBilling(ctx context.Context, in BillingCard, options ...CallOption) (*Billing, error) {
	var billing Billing
	if err := c.post(ctx, "/v1/billing/authorizations/card", in, &billing, options); err != nil {
		return nil, fmt.Errorf("store toss billing: %w", err)
	}
	return &billing, nil
}

// AuthorizeBilling reads a billing of the customer. The real gateway has no such
// call: there a billing is known only from the answer that created it.
func (c *Client) AuthorizeBilling(ctx context.Context, billingKey, customerKey string) (*Billing, error) {
	var billing Billing
	path := "/v1/billing/authorizations" + segment(billingKey)
	if err := c.post(ctx, path, customer{customerKey}, &billing, nil); err != nil {
		return nil, fmt.Errorf("authorize toss billing: %w", err)
	}
	return &billing, nil
}

// IssueBilling turns the authKey that a customer brings back from the gateway's
// window into a billing.
func (c *Client) IssueBilling(
	ctx context.Context, authKey, customerKey string, options ...CallOption,
) (*Billing, error) {
	var billing Billing
	in := struct {
		AuthKey     string `json:"authKey"`
		CustomerKey string `json:"customerKey"`
	}{authKey, customerKey}
	if err := c.post(ctx, "/v1/billing/authorizations/issue", in, &billing, options); err != nil {
		return nil, fmt.Errorf("issue toss billing: %w", err)
	}
	return &billing, nil
}

// ChargeBilling takes a payment from a registered card. It is approved at once,
// and no webhook tells of it.
func (c *Client) ChargeBilling(
	ctx context.Context, billingKey string, in Charge, options ...CallOption,
) (*Payment, error) {
	var payment Payment
	body := struct {
		Method     string `json:"method"` // these two are for the reference's fake
		BillingKey string `json:"billingKey"`
		Charge
	}{"billing", billingKey, in}
	if err := c.post(ctx, "/v1/billing"+segment(billingKey), body, &payment, options); err != nil {
		return nil, fmt.Errorf("charge toss billing for order %s: %w", in.OrderID, err)
	}
	return &payment, nil
}

// DeleteBilling forgets a registered card.
func (c *Client) DeleteBilling(ctx context.Context, billingKey string) error {
	if err := c.call(ctx, http.MethodDelete, "/v1/billing"+segment(billingKey), nil, nil, nil); err != nil {
		return fmt.Errorf("delete toss billing: %w", err)
	}
	return nil
}
