package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/internal/payment"
)

// Iamport is Iamport (PortOne V1). Its accounts are by store_id.
type Iamport struct{ clients map[string]*iamport.Client }

var _ payment.Gateway = (*Iamport)(nil)

// NewIamport returns a gateway over one client for each store.
func NewIamport(clients map[string]*iamport.Client) *Iamport { return &Iamport{clients} }

// Capture only reads: Iamport captures in the customer's browser, before it is asked.
func (g *Iamport) Capture(ctx context.Context, c payment.Capture) (payment.Snapshot, error) {
	return g.Lookup(ctx, c.Vendor)
}

// Lookup reads a payment.
func (g *Iamport) Lookup(ctx context.Context, v payment.Vendor) (payment.Snapshot, error) {
	client, err := pick(g.clients, v)
	if err != nil {
		return payment.Snapshot{}, err
	}
	p, err := client.GetPayment(ctx, v.UID)
	if err != nil {
		return payment.Snapshot{}, orMissing(err, iamportDeclined(err, "/payments/{imp_uid}"))
	}
	return iamportSnapshot(p, v)
}

// Refund cancels, guarded by the checksum: Iamport has no idempotency key, but
// refuses when its balance is not the expected one.
func (g *Iamport) Refund(ctx context.Context, r payment.Refund) (payment.Snapshot, error) {
	client, err := pick(g.clients, r.Vendor)
	if err != nil {
		return payment.Snapshot{}, err
	}
	in := iamport.CancelRequest{
		ImpUID: r.Vendor.UID, MerchantUID: r.OrderID, Reason: r.Reason,
		Amount: &r.Amount, Checksum: &r.ExpectedBalance,
	}
	if a := r.Account; a != nil {
		in.RefundBank, in.RefundAccount, in.RefundHolder, in.RefundTel = a.Bank, a.Account, a.Holder, a.Mobile
	}
	p, err := client.Cancel(ctx, in)
	if err != nil {
		return payment.Snapshot{}, orDeclined(err, iamportDeclined(err, "/payments/cancel"))
	}
	return iamportSnapshot(p, r.Vendor)
}

// Close revokes the account. A cancel is for what was paid, and asks for an
// account to refund to.
func (g *Iamport) Close(ctx context.Context, r payment.Refund) (payment.Snapshot, error) {
	client, err := pick(g.clients, r.Vendor)
	if err != nil {
		return payment.Snapshot{}, err
	}
	p, err := client.RevokeVBank(ctx, r.Vendor.UID)
	if err != nil {
		return payment.Snapshot{}, orDeclined(err, iamportDeclined(err, "/vbanks/{imp_uid}"))
	}
	return iamportSnapshot(p, r.Vendor)
}

// BillingKey reads a registered card. Iamport knows it by the service's own
// customer_uid, and by nobody's name.
func (g *Iamport) BillingKey(ctx context.Context, v payment.Vendor, _ string) (json.RawMessage, error) {
	client, err := pick(g.clients, v)
	if err != nil {
		return nil, err
	}
	s, err := client.GetSubscription(ctx, v.UID)
	if err != nil {
		return nil, orMissing(err, iamportDeclined(err, "/subscribe/customers/{customer_uid}"))
	}
	return s.Raw, nil
}

// DepositSecret is empty: Iamport's webhooks prove nothing.
func (g *Iamport) DepositSecret(json.RawMessage) string { return "" }

// iamportDeclined returns the final word in err, or nil where it proves nothing:
// who refuses our token has not looked at the payment. A refusal may come with
// HTTP 200 and a code: it is told as 422.
func iamportDeclined(err error, path string) *payment.Declined {
	var e *iamport.Error
	if !errors.As(err, &e) || e.RefusesToken() || !iamportRefuses(e) ||
		e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout {
		return nil
	}
	status, code := e.Status, ""
	if e.Code != 0 {
		code = fmt.Sprint(e.Code)
	}
	if status < 400 {
		status = http.StatusUnprocessableEntity
	}
	return &payment.Declined{Status: status, Code: code, Message: e.Message, Path: path}
}

// iamportRefuses recognises Iamport's envelope, or its fake.
func iamportRefuses(e *iamport.Error) bool {
	var envelope iamport.Envelope
	if json.Unmarshal(e.Body, &envelope) == nil && envelope.Code != 0 && envelope.Response != nil {
		return true
	}
	return fakeRefuses(e.Status, e.Body)
}

func iamportSnapshot(p iamport.Payment, asked payment.Vendor) (payment.Snapshot, error) {
	if p.ImpUID != asked.UID {
		return payment.Snapshot{}, errAnother(asked)
	}
	s := payment.Snapshot{
		OrderID: p.MerchantUID, Status: iamportStatus(p), Currency: p.Currency,
		Price: p.Amount, Refund: p.CancelAmount, PaidAt: instant(p.PaidAt.Time), Data: p.Raw,
	}
	for _, c := range p.CancelHistory {
		data, err := json.Marshal(c)
		if err != nil {
			return payment.Snapshot{}, err
		}
		at := instant(c.CancelledAt.Time)
		if at == nil {
			return payment.Snapshot{}, errors.New("iamport: a cancel without its time")
		}
		s.Cancels = append(s.Cancels, payment.Cancel{Amount: c.Amount, Reason: c.Reason, CreatedAt: *at, Data: data})
	}
	if len(s.Cancels) > 0 {
		s.CancelledAt = &s.Cancels[0].CreatedAt
	}
	return s, nil
}

// iamportStatus goes by the refunds first: after a partial one the real Iamport
// may still say paid.
func iamportStatus(p iamport.Payment) payment.Status {
	switch {
	case p.Status == iamport.StatusCancelled, len(p.CancelHistory) > 0:
		return payment.Cancelled
	case p.Status == iamport.StatusPaid:
		return payment.Paid
	case p.Status == iamport.StatusReady:
		return payment.Waiting
	case p.Status == iamport.StatusFailed:
		return payment.Failed
	}
	return payment.Open
}
