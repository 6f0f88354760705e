package toss

import (
	"github.com/google/uuid"

	api "github.com/samchon/payments-server/api/toss"
)

// storeBilling registers a card under a customer.
func (s *Server) storeBilling(c call, in api.BillingCard) ([]byte, error) {
	return encode(s.newBilling(in.CustomerKey, in.CardNumber).Billing)
}

// issueBilling turns an authKey, which the checkout gave out, into a billing.
func (s *Server) issueBilling(c call, in issue) ([]byte, error) {
	return encode(s.newBilling(in.CustomerKey, payerCard).Billing)
}

type issue struct {
	AuthKey     string `json:"authKey"`
	CustomerKey string `json:"customerKey"`
}

func (s *Server) authorizeBilling(c call, in issue) ([]byte, error) {
	b, err := s.findBilling(c.PathValue("billingKey"))
	if err != nil {
		return nil, err
	}
	if b.CustomerKey != in.CustomerKey {
		return nil, forbidden(api.CodeNotMatchesCustomerKey, "Different customer.")
	}
	return encode(b.Billing)
}

// chargeBilling pays with a registered card. The reference does not look at the
// body's customerKey; no webhook tells of it, at the real gateway either.
func (s *Server) chargeBilling(c call, in api.Charge) ([]byte, error) {
	b, err := s.findBilling(c.PathValue("billingKey"))
	if err != nil {
		return nil, err
	}
	if s.real() && b.CustomerKey != in.CustomerKey {
		return nil, refusal{code: api.CodeNotMatchesCustomerKey}
	}
	if err := s.orderable(in.OrderID, in.Amount); err != nil {
		return nil, err
	}
	p := s.newPayment(api.MethodCard, in.OrderID, in.OrderName, in.Amount)
	if s.real() {
		p.Type = "BILLING"
	}
	p.Card = s.newCard(b.CardNumber, 0)
	s.capture(p)
	s.add(p)
	return p.body, nil
}

func (s *Server) deleteBilling(c call) ([]byte, error) {
	b, err := s.findBilling(c.PathValue("billingKey"))
	if err != nil {
		return nil, err
	}
	b.removed = true
	return nil, nil
}

func (s *Server) findBilling(billingKey string) (*billing, error) {
	b, ok := s.books.billings.Get(billingKey)
	if ok && !b.removed {
		return b, nil
	}
	code := codeInvalidBillingKey
	if ok {
		code = codeRemovedBillingKey
	}
	return nil, missing(code, "There is no such billing.")
}

func (s *Server) newBilling(customerKey, cardNumber string) *billing {
	b := &billing{Billing: api.Billing{
		MID:             "tosspyaments", // sic: the reference's own spelling, which its clients know
		CustomerKey:     customerKey,
		BillingKey:      uuid.NewString(),
		Method:          api.MethodCard,
		AuthenticatedAt: s.now(),
		CardCompany:     "신한",
		CardNumber:      cardNumber,
	}}
	if s.real() {
		b.MID, b.CardNumber = "tosspayments", maskCard(cardNumber)
	}
	s.books.billings.Put(b.BillingKey, b)
	return b
}
