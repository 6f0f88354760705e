package iamport

import (
	"net/http"
	"slices"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/ledger"
)

func (s *Server) cancelPayment(r *http.Request) (any, error) {
	in, err := decode[api.CancelRequest](s, r)
	if err != nil {
		return nil, err
	}
	impUID, err := s.cancelled(in)
	if err != nil {
		return nil, err
	}
	return s.change(fault.CauseOf(r), impUID, func(p *api.Payment) (effect, error) {
		return s.cancel(p, in)
	})
}

// cancelled names the payment that a request is about: by imp_uid, or else the
// newest of the merchant_uid that has not failed. A payer who closed a second
// window made a newer one that failed, and the real Iamport "cancels an approved
// payment": https://developers.portone.io/docs/en/api/payment-api/cancel-payment-api
func (s *Server) cancelled(in api.CancelRequest) (string, error) {
	if in.ImpUID != "" {
		return in.ImpUID, nil
	}
	if in.MerchantUID == "" {
		return "", malformed("imp_uid or merchant_uid names the payment to cancel.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	payments := s.kept.orders[in.MerchantUID]
	for _, impUID := range slices.Backward(payments) {
		if r, err := s.find(impUID); err == nil && r.now.Status != api.StatusFailed {
			return impUID, nil
		}
	}
	if len(payments) == 0 {
		return "", notFound("payment")
	}
	return payments[len(payments)-1], nil
}

func (s *Server) cancel(p *api.Payment, in api.CancelRequest) (effect, error) {
	if p.VBank != nil && (in.RefundHolder == "" || in.RefundBank == "" || in.RefundAccount == "") {
		return effect{}, refused("The refund account is required to cancel a vbank payment.")
	}
	amount, err := s.cancelAmount(*p, in)
	if err != nil {
		return effect{}, err
	}
	paid := !p.PaidAt.IsZero()
	now := s.stamp(s.clock.Now())
	p.CancelAmount = p.CancelAmount.Add(amount)
	p.CancelReason = &in.Reason
	p.CancelledAt = now
	p.CancelHistory = append(p.CancelHistory, api.Cancel{
		PGID: p.PGID, PGTID: p.PGTID, Amount: amount, CancelledAt: now, Reason: in.Reason, ReceiptURL: receiptURL,
	})
	if !s.real() || p.Balance().Sign() == 0 {
		p.Status = api.StatusCancelled
	}
	e := effect{silent: s.real() && !in.EnableWebhook}
	if s.real() {
		e.cancellation = newUID()
	}
	if paid {
		e.moved, e.amount = ledger.Refunded, amount
	}
	return e, nil
}

func (s *Server) cancelAmount(p api.Payment, in api.CancelRequest) (money.Amount, error) {
	balance := p.Balance()
	if in.Checksum != nil && !in.Checksum.Equal(balance) {
		return money.Amount{}, refused("The checksum differs from the cancellable amount.")
	}
	amount := balance
	// The real Iamport takes 0 for everything, too.
	if in.Amount != nil && !(s.real() && in.Amount.IsZero()) {
		amount = *in.Amount
	}
	switch {
	case p.Status == api.StatusFailed:
		return money.Amount{}, refused("A payment that failed cannot be cancelled.")
	case balance.Sign() <= 0:
		return money.Amount{}, refused("Everything has been cancelled already.")
	case amount.Sign() <= 0:
		return money.Amount{}, refused("The amount to cancel must be positive.")
	case amount.Cmp(balance) > 0:
		return money.Amount{}, refused("The amount to cancel exceeds the cancellable amount.")
	case s.real() && p.PaidAt.IsZero() && !amount.Equal(balance):
		return money.Amount{}, refused("A payment that waits for its deposit is cancelled whole.")
	}
	return amount, nil
}
