package toss

import (
	"fmt"
	"net/http"

	"github.com/samchon/payments-server/api/money"
	api "github.com/samchon/payments-server/api/toss"
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
	if s.real() {
		if err := s.confirmable(p); err != nil {
			return nil, err
		}
	}
	s.approved(p)
	if s.real() {
		s.announce(p, c.effects)
	}
	return p.body, nil
}

func (p *payment) matches(orderID string, amount money.Amount) error {
	switch {
	case p.OrderID != orderID:
		return refusal{reference: http.StatusUnprocessableEntity, text: "Wrong orderId.", code: api.CodeInvalidRequest}
	case !p.TotalAmount.Equal(amount):
		text := fmt.Sprintf("Wrong amount. It must be %s.", p.TotalAmount)
		return refusal{reference: http.StatusUnprocessableEntity, text: text, code: api.CodeInvalidRequest}
	}
	return nil
}

// confirmable is what only the real gateway looks at: the reference approves in
// every state, and as often as it is asked.
func (s *Server) confirmable(p *payment) error {
	switch p.Status {
	case api.StatusInProgress:
		return nil
	case api.StatusExpired, api.StatusReady:
		return refusal{code: api.CodeNotFoundPaymentSession}
	default:
		return refusal{code: api.CodeAlreadyProcessed}
	}
}

// approved stamps the approval. Methods by which the money comes later are only
// stamped: their status changes when it comes.
func (s *Server) approved(p *payment) {
	switch {
	case p.VirtualAccount != nil && p.Status == api.StatusInProgress:
		p.stopExpiry()
		s.openAccount(p)
	case p.Method == api.MethodVirtualAccount || p.Method == api.MethodTransfer:
		p.ApprovedAt = s.now()
	default:
		p.stopExpiry()
		s.capture(p)
	}
	s.changed(p)
}

// lapse ends a payment that waited too long. It has captured nothing, so this
// is the proof that it never will.
func (s *Server) lapse(p *payment) {
	if p.captured || p.Status == api.StatusCanceled {
		return
	}
	p.Status = api.StatusExpired
	if p.VirtualAccount != nil {
		p.VirtualAccount.Expired = true
	}
	s.changed(p)
	s.announce(p, nil)
}

func (p *payment) stopExpiry() {
	if p.expiry != nil {
		p.expiry.Stop()
		p.expiry = nil
	}
}
