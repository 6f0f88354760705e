package toss

import (
	"cmp"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/ledger"
)

func (s *Server) cancel(c call, in api.Cancellation) ([]byte, error) {
	p, err := s.find(c.PathValue("paymentKey"))
	if err != nil {
		return nil, err
	}
	if in.CancelAmount != nil && in.CancelAmount.Sign() < 0 {
		return nil, malformed("cancelAmount is below zero")
	}
	amount := s.cancelAmount(p, in)
	if err := s.cancelable(p, in, amount); err != nil {
		return nil, err
	}
	s.refund(p, in, amount)
	s.announce(p, c.cause())
	return p.body, nil
}

// cancelAmount is what a cancel without an amount gives back: what is left, or,
// in the reference, what was paid, so that it refuses after a partial cancel.
func (s *Server) cancelAmount(p *payment, in api.Cancellation) money.Amount {
	switch {
	case in.CancelAmount != nil:
		return *in.CancelAmount
	case s.real():
		return p.BalanceAmount
	default:
		return p.TotalAmount
	}
}

func (s *Server) cancelable(p *payment, in api.Cancellation, amount money.Amount) error {
	if s.real() {
		if err := cancelableReally(p, in, amount); err != nil {
			return err
		}
	}
	if in.RefundableAmount != nil && !in.RefundableAmount.Equal(p.BalanceAmount) {
		return refusal{code: api.CodeNotMatchesRefundable}
	}
	if p.BalanceAmount.Cmp(amount) < 0 {
		return unprocessable(api.CodeNotCancelableAmount, "Unable to cancel %s: only %s is left.", amount, p.BalanceAmount)
	}
	return nil
}

// cancelableReally is what the reference does not check: it refunds a virtual
// account to nowhere, and a payment that was never approved.
func cancelableReally(p *payment, in api.Cancellation, amount money.Amount) error {
	switch {
	case p.Status == api.StatusCanceled:
		return refusal{code: api.CodeAlreadyCanceled}
	case p.Status == api.StatusWaitingForDeposit && !amount.Equal(p.TotalAmount):
		return refusal{code: api.CodePartialRefundWaiting}
	case p.Status == api.StatusWaitingForDeposit:
		return nil
	case p.Status != api.StatusDone && p.Status != api.StatusPartialCanceled:
		return refusal{code: api.CodeNotCancelablePayment}
	case p.BalanceAmount.IsZero() || amount.IsZero():
		return refusal{code: api.CodeNotCancelableAmount}
	case p.VirtualAccount != nil && in.RefundReceiveAccount == nil:
		return refusal{code: api.CodeInvalidRefundAccountInfo}
	}
	return nil
}

func (s *Server) refund(p *payment, in api.Cancellation, amount money.Amount) {
	partial := len(p.Cancels) > 0 || !amount.Equal(p.TotalAmount)
	p.BalanceAmount = p.BalanceAmount.Sub(amount)
	p.Status = s.canceledStatus(p, partial)
	if p.captured {
		s.record(p, ledger.Refunded, amount)
	}
	if p.captured && p.VirtualAccount != nil && s.real() {
		s.payBack(p)
	}
	p.Cancels = append(p.Cancels, s.newCancel(p, in, amount))
	s.changed(p)
}

// canceledStatus is CANCELED when nothing is left, except that a real payment
// which was cancelled in parts stays PARTIAL_CANCELED to its last won.
func (s *Server) canceledStatus(p *payment, partial bool) api.Status {
	if p.BalanceAmount.IsZero() && !(partial && s.real()) {
		return api.StatusCanceled
	}
	return api.StatusPartialCanceled
}

func (s *Server) newCancel(p *payment, in api.Cancellation, amount money.Amount) api.Cancel {
	cancel := api.Cancel{
		CancelAmount: amount,
		CancelReason: in.CancelReason,
		CanceledAt:   s.now(),
	}
	if in.TaxFreeAmount != nil {
		cancel.TaxFreeAmount = *in.TaxFreeAmount
	}
	if in.TaxAmount != nil {
		cancel.TaxAmount = *in.TaxAmount
	}
	if s.real() {
		cancel.TransactionKey = cmp.Or(p.LastTransactionKey, uuid.NewString())
		cancel.CancelStatus = "DONE"
		cancel.RefundableAmount = p.BalanceAmount
		return cancel
	}
	cancel.RefundableAmount = p.TotalAmount
	if in.RefundableAmount != nil {
		cancel.RefundableAmount = *in.RefundableAmount
	}
	return cancel
}
