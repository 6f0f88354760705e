package toss

import (
	"github.com/samchon/payments-server/api/money"
	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
)

// approve is the old form of confirm: the payment key stands in the path.
func (s *Server) approve(c call, in api.Approval) ([]byte, error) {
	return s.confirm(c, api.Confirmation{PaymentKey: c.PathValue("paymentKey"), OrderID: in.OrderID, Amount: in.Amount})
}

func (s *Server) confirm(c call, in api.Confirmation) ([]byte, error) {
	p, err := s.find(in.PaymentKey)
	if err != nil {
		return nil, err
	}
	if err := p.matches(in.OrderID, in.Amount); err != nil {
		return nil, err
	}
	if err := s.confirmable(p); err != nil {
		return nil, err
	}
	if s.approved(p) {
		s.announce(p, c.cause())
	}
	return p.body, nil
}

func (p *payment) matches(orderID string, amount money.Amount) error {
	switch {
	case p.OrderID != orderID:
		return unprocessable(api.CodeInvalidRequest, "Wrong orderId.")
	case !p.TotalAmount.Equal(amount):
		return unprocessable(api.CodeInvalidRequest, "Wrong amount. It must be %s.", p.TotalAmount)
	}
	return nil
}

// confirmable looks at the state. The reference approves in every state it knows,
// and as often as it is asked.
func (s *Server) confirmable(p *payment) error {
	switch p.Status {
	case api.StatusInProgress:
		return s.unpaid(p.OrderID)
	case api.StatusReady, api.StatusExpired:
		return refusal{code: api.CodeNotFoundPaymentSession}
	case api.StatusAborted:
		return refusal{code: api.CodeAlreadyProcessed}
	}
	if s.real() {
		return refusal{code: api.CodeAlreadyProcessed}
	}
	return nil
}

// approved takes the money, or opens the account that will, and reports whether
// that is news for the webhook: the reference tells nobody of an approval. An
// account that is open already is only stamped.
func (s *Server) approved(p *payment) (news bool) {
	defer s.changed(p)
	switch {
	case p.VirtualAccount == nil:
		s.capture(p)
		return s.real()
	case p.Status == api.StatusInProgress:
		s.openAccount(p)
		return true
	default:
		p.ApprovedAt = s.now()
		return false
	}
}

// lapse ends a payment that waited too long. It has captured nothing, so this
// is the proof that it never will.
func (s *Server) lapse(p *payment, cause fault.Cause) {
	p.Status = api.StatusExpired
	p.Failure = &api.Failure{Code: "EXPIRED_PAYMENT", Message: "결제가 만료되었습니다. 다시 시도해주세요."}
	if p.VirtualAccount != nil {
		p.VirtualAccount.Expired = true
	}
	s.changed(p)
	s.announce(p, cause)
}
