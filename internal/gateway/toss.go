package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/internal/payment"
)

// Toss is Toss Payments. Its accounts are by store_id.
type Toss struct{ clients map[string]*toss.Client }

var _ payment.Gateway = (*Toss)(nil)

// NewToss returns a gateway over one client for each store.
func NewToss(clients map[string]*toss.Client) *Toss { return &Toss{clients} }

// Capture confirms an authenticated payment. A payment that is confirmed already
// is read instead, as Toss refuses to confirm it twice.
func (g *Toss) Capture(ctx context.Context, c payment.Capture) (payment.Snapshot, error) {
	client, err := pick(g.clients, c.Vendor)
	if err != nil {
		return payment.Snapshot{}, err
	}
	p, err := client.Confirm(ctx, toss.Confirmation{PaymentKey: c.Vendor.UID, OrderID: c.OrderID, Amount: c.Price},
		toss.IdempotencyKey(c.IdempotencyKey))
	if err == nil {
		return tossSnapshot(p, c.Vendor)
	}
	refusal := tossDeclined(err, "/v1/payments/confirm")
	if refusal == nil {
		return payment.Snapshot{}, err
	}
	return g.afterRefusal(ctx, c.Vendor, refusal)
}

// afterRefusal asks for the payment that Toss would not confirm: its codes grow
// without notice, and ALREADY_PROCESSED_PAYMENT means that money was taken.
func (g *Toss) afterRefusal(ctx context.Context, v payment.Vendor,
	refusal *payment.Declined) (payment.Snapshot, error) {
	snap, err := g.Lookup(ctx, v)
	var missing *payment.Declined
	switch {
	case errors.As(err, &missing):
		return payment.Snapshot{}, refusal
	case err != nil:
		return payment.Snapshot{}, err
	case snap.Status == payment.Open, snap.Status == payment.Failed:
		return payment.Snapshot{}, refusal
	}
	return snap, nil
}

// Lookup reads a payment.
func (g *Toss) Lookup(ctx context.Context, v payment.Vendor) (payment.Snapshot, error) {
	client, err := pick(g.clients, v)
	if err != nil {
		return payment.Snapshot{}, err
	}
	p, err := client.GetPayment(ctx, v.UID)
	if err != nil {
		return payment.Snapshot{}, orMissing(err, tossDeclined(err, "/v1/payments/{paymentKey}"))
	}
	return tossSnapshot(p, v)
}

// Refund cancels, guarded by refundableAmount.
func (g *Toss) Refund(ctx context.Context, r payment.Refund) (payment.Snapshot, error) {
	client, err := pick(g.clients, r.Vendor)
	if err != nil {
		return payment.Snapshot{}, err
	}
	in := toss.Cancellation{CancelReason: r.Reason, CancelAmount: &r.Amount, RefundableAmount: &r.ExpectedBalance}
	if a := r.Account; a != nil {
		in.RefundReceiveAccount = &toss.RefundAccount{Bank: a.Bank, AccountNumber: a.Account, HolderName: a.Holder}
	}
	p, err := client.Cancel(ctx, r.Vendor.UID, in, toss.IdempotencyKey(r.IdempotencyKey))
	if err != nil {
		return payment.Snapshot{}, orDeclined(err, tossDeclined(err, "/v1/payments/{paymentKey}/cancel"))
	}
	return tossSnapshot(p, r.Vendor)
}

// Close cancels: before the deposit Toss takes a cancel of the whole amount, and
// none of less (NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT).
func (g *Toss) Close(ctx context.Context, r payment.Refund) (payment.Snapshot, error) {
	return g.Refund(ctx, r)
}

// BillingKey reads a billing key of the customer.
func (g *Toss) BillingKey(ctx context.Context, v payment.Vendor, customer string) (json.RawMessage, error) {
	client, err := pick(g.clients, v)
	if err != nil {
		return nil, err
	}
	b, err := client.AuthorizeBilling(ctx, v.UID, customer)
	if err != nil {
		return nil, orDeclined(err, tossDeclined(err, "/v1/billing/authorizations/{billingKey}"))
	}
	return b.Raw, nil
}

// DepositSecret is the payment's secret.
func (g *Toss) DepositSecret(data json.RawMessage) string {
	var p toss.Payment
	if err := json.Unmarshal(data, &p); err != nil {
		return ""
	}
	return p.Secret
}

// tossDeclined returns the final word in err, or nil where it proves nothing.
func tossDeclined(err error, path string) *payment.Declined {
	var e *toss.Error
	if !errors.As(err, &e) || tossPassing(e) || e.Code == "" && !fakeRefuses(e.Status, e.Body) {
		return nil
	}
	return &payment.Declined{Status: e.Status, Code: e.Code, Message: e.Message, Path: path}
}

// tossPassing recognises what may be otherwise in a moment. It goes by code
// first: PROVIDER_ERROR comes with status 400 and means that an acquirer did not answer.
func tossPassing(e *toss.Error) bool {
	switch e.Code {
	case toss.CodeIdempotentProcessing, toss.CodeConsecutiveRequest, toss.CodeProviderError, toss.CodeCommonError:
		return true
	}
	if strings.HasPrefix(e.Code, "FAILED_") && strings.HasSuffix(e.Code, "PROCESSING") {
		return true
	}
	// Who refuses our key has not looked at the payment.
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout ||
		e.Status == http.StatusUnauthorized || e.Status < 400
}

func tossSnapshot(p *toss.Payment, asked payment.Vendor) (payment.Snapshot, error) {
	if p.PaymentKey != asked.UID {
		return payment.Snapshot{}, errAnother(asked)
	}
	s := payment.Snapshot{
		OrderID: p.OrderID, Status: tossStatus(p), Currency: p.Currency, Price: p.TotalAmount,
		Data: p.Raw,
	}
	if (s.Status == payment.Paid || s.Status == payment.Cancelled) && !tossNeverPaid(p) {
		s.PaidAt = instant(p.ApprovedAt.Time)
	}
	for _, c := range p.Cancels {
		if c.CancelStatus == toss.CancelAborted {
			continue
		}
		cancel, err := tossCancel(c)
		if err != nil {
			return payment.Snapshot{}, err
		}
		s.Cancels = append(s.Cancels, cancel)
		s.Refund = s.Refund.Add(c.CancelAmount)
	}
	if len(s.Cancels) > 0 {
		s.CancelledAt = &s.Cancels[0].CreatedAt
	}
	return s, nil
}

// tossNeverPaid recognises a virtual account that was closed before its deposit, where
// approvedAt tells nothing: until version 1.4 it is the account's own, see
// https://docs.tosspayments.com/guides/apis/virtual-account. Later ones leave it null
// until the deposit, and say NONE for a while of the refund of what was paid.
func tossNeverPaid(p *toss.Payment) bool {
	a := p.VirtualAccount
	return a != nil && p.Status == toss.StatusCanceled && strings.HasPrefix(p.Version, "1.") &&
		a.RefundStatus == "NONE" && a.SettlementStatus != "COMPLETED"
}

func tossCancel(c toss.Cancel) (payment.Cancel, error) {
	data, err := json.Marshal(c)
	at := instant(c.CanceledAt.Time)
	if at == nil {
		err = errors.Join(err, errors.New("toss: a cancel without its time"))
		return payment.Cancel{}, err
	}
	return payment.Cancel{Amount: c.CancelAmount, Reason: c.CancelReason, CreatedAt: *at, Data: data}, err
}

// tossStatus reads a state; one that we do not know yet is treated as open,
// which concludes nothing.
func tossStatus(p *toss.Payment) payment.Status {
	switch p.Status {
	case toss.StatusDone:
		return payment.Paid
	case toss.StatusCanceled, toss.StatusPartialCanceled:
		return payment.Cancelled
	case toss.StatusWaitingForDeposit:
		return payment.Waiting
	case toss.StatusAborted, toss.StatusExpired:
		return payment.Failed
	}
	return payment.Open
}
