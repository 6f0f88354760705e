package iamport

import (
	"context"
	"net/http"
)

// GetPayment reads a payment, be it of a test channel. It fails with ErrNotFound.
func (c *Client) GetPayment(ctx context.Context, impUID string) (Payment, error) {
	return get[Payment](ctx, c, http.MethodGet, "/payments/{imp_uid}?include_sandbox=true", nil, impUID)
}

// FindByMerchantUID reads the newest payment of an order, those of test channels
// included. It fails with ErrNotFound. The reference fake does not have it.
func (c *Client) FindByMerchantUID(ctx context.Context, merchantUID string) (Payment, error) {
	return get[Payment](ctx, c, http.MethodGet, "/payments/find/{merchant_uid}?include_sandbox=true", nil, merchantUID)
}

// FindByMerchantUIDAndStatus is FindByMerchantUID among the payments of a status.
func (c *Client) FindByMerchantUIDAndStatus(ctx context.Context, merchantUID string, status Status) (Payment, error) {
	return get[Payment](ctx, c, http.MethodGet, "/payments/find/{merchant_uid}/{status}?include_sandbox=true", nil,
		merchantUID, string(status))
}

// Cancel refunds a payment, and returns it as it is then.
func (c *Client) Cancel(ctx context.Context, request CancelRequest) (Payment, error) {
	return get[Payment](ctx, c, http.MethodPost, "/payments/cancel", request)
}

// Prepare registers the amount of an order before it is paid: a payment window
// that asks for another amount is refused.
func (c *Client) Prepare(ctx context.Context, p Prepared) (Prepared, error) {
	return get[Prepared](ctx, c, http.MethodPost, "/payments/prepare", p)
}

// GetPrepared reads what Prepare registered. It fails with ErrNotFound.
func (c *Client) GetPrepared(ctx context.Context, merchantUID string) (Prepared, error) {
	return get[Prepared](ctx, c, http.MethodGet, "/payments/prepare/{merchant_uid}", nil, merchantUID)
}

// Onetime pays with a card.
func (c *Client) Onetime(ctx context.Context, request OnetimeRequest) (Payment, error) {
	return get[Payment](ctx, c, http.MethodPost, "/subscribe/payments/onetime", request)
}

// Again pays with a registered card.
func (c *Client) Again(ctx context.Context, request AgainRequest) (Payment, error) {
	return get[Payment](ctx, c, http.MethodPost, "/subscribe/payments/again", request)
}

// GetSubscription reads a registered card. It fails with ErrNotFound.
func (c *Client) GetSubscription(ctx context.Context, customerUID string) (Subscription, error) {
	return get[Subscription](ctx, c, http.MethodGet, customerPath, nil, customerUID)
}

// CreateSubscription registers a card, in place of the one before.
func (c *Client) CreateSubscription(ctx context.Context, customerUID string,
	request SubscriptionRequest) (Subscription, error) {
	return get[Subscription](ctx, c, http.MethodPost, customerPath, request, customerUID)
}

// DeleteSubscription forgets a registered card and returns it once more.
func (c *Client) DeleteSubscription(ctx context.Context, customerUID string) (Subscription, error) {
	return get[Subscription](ctx, c, http.MethodDelete, customerPath, nil, customerUID)
}

const customerPath = "/subscribe/customers/{customer_uid}"

// CreateVBank opens a virtual account.
func (c *Client) CreateVBank(ctx context.Context, request VBankRequest) (Payment, error) {
	return get[Payment](ctx, c, http.MethodPost, "/vbanks", request)
}

// UpdateVBank changes the amount or the end of a virtual account.
func (c *Client) UpdateVBank(ctx context.Context, update VBankUpdate) (Payment, error) {
	return get[Payment](ctx, c, http.MethodPut, "/vbanks", update)
}

// RevokeVBank closes a virtual account that CreateVBank opened, and nobody has paid into.
func (c *Client) RevokeVBank(ctx context.Context, impUID string) (Payment, error) {
	return get[Payment](ctx, c, http.MethodDelete, "/vbanks/{imp_uid}", nil, impUID)
}

// GetReceipt reads the receipt of a payment in cash. It fails with ErrNotFound.
func (c *Client) GetReceipt(ctx context.Context, impUID string) (Receipt, error) {
	return get[Receipt](ctx, c, http.MethodGet, "/receipts/{imp_uid}", nil, impUID)
}

// CreateReceipt issues the receipt of a payment in cash.
func (c *Client) CreateReceipt(ctx context.Context, impUID string, request ReceiptRequest) (Receipt, error) {
	return get[Receipt](ctx, c, http.MethodPost, "/receipts/{imp_uid}", request, impUID)
}

// DeleteReceipt cancels the receipt of a payment in cash.
func (c *Client) DeleteReceipt(ctx context.Context, impUID string) (Receipt, error) {
	return get[Receipt](ctx, c, http.MethodDelete, "/receipts/{imp_uid}", nil, impUID)
}

// RequestCertification sends a one-time password and returns the certification's uid.
func (c *Client) RequestCertification(ctx context.Context, request CertificationRequest) (string, error) {
	type accessor struct {
		ImpUID string `json:"imp_uid"`
	}
	a, err := get[accessor](ctx, c, http.MethodPost, "/certifications/otp/request", request)
	return a.ImpUID, err
}

// ConfirmCertification ends a certification with the password.
func (c *Client) ConfirmCertification(ctx context.Context, impUID, otp string) (Certification, error) {
	body := struct {
		OTP string `json:"otp"`
	}{otp}
	return get[Certification](ctx, c, http.MethodPost, "/certifications/otp/confirm/{imp_uid}", body, impUID)
}

// GetCertification reads a certification. It fails with ErrNotFound.
func (c *Client) GetCertification(ctx context.Context, impUID string) (Certification, error) {
	return get[Certification](ctx, c, http.MethodGet, "/certifications/{imp_uid}", nil, impUID)
}

// DeleteCertification forgets a certification and returns it once more.
func (c *Client) DeleteCertification(ctx context.Context, impUID string) (Certification, error) {
	return get[Certification](ctx, c, http.MethodDelete, "/certifications/{imp_uid}", nil, impUID)
}

// Deposit pays into a virtual account. Only the fake has it.
func (c *Client) Deposit(ctx context.Context, impUID string) error {
	return c.do(ctx, call{http.MethodPut, "/internal/deposit/{imp_uid}", []string{impUID}, nil, nil})
}

// get makes a call and decodes its response. The values take the places in the path.
func get[T any](ctx context.Context, c *Client, method, path string, body any, values ...string) (T, error) {
	var response T
	err := c.do(ctx, call{method, path, values, body, &response})
	return response, err
}
