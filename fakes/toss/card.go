package toss

import api "github.com/samchon/payments-server/api/toss"

// receiptURL is where the reference says a receipt can be seen.
const receiptURL = "https://github.com/samchon/fake-toss-payments-server"

// keyIn pays by card number.
func (s *Server) keyIn(c call, in api.CardPayment) ([]byte, error) {
	if err := s.orderable(in.OrderID, in.Amount); err != nil {
		return nil, err
	}
	p := s.newPayment(api.MethodCard, in.OrderID, in.OrderName, in.Amount)
	p.Card = s.newCard(in.CardNumber, in.CardInstallmentPlan)
	if in.Approved != nil && !*in.Approved {
		s.add(p)
		s.consented(p)
		return p.body, nil
	}
	s.capture(p)
	s.add(p)
	if s.real() {
		s.announce(p, c.cause())
	}
	return p.body, nil
}

// consented is the payer's consent. The payment then waits for the shop to
// confirm it.
func (s *Server) consented(p *payment) {
	p.Status = api.StatusInProgress
	if s.real() {
		s.expire(p, confirmWindow)
	}
	s.changed(p)
}

func (s *Server) newCard(number string, installments int) *api.Card {
	card := &api.Card{
		Number:                number,
		InstallmentPlanMonths: installments,
		IsInterestFree:        true,
		ApproveNo:             "temporary-card-approval-number",
		CardType:              "신용",
		OwnerType:             "개인",
		AcquireStatus:         "READY",
	}
	if s.real() {
		const shinhan = "41" // https://docs.tosspayments.com/codes/org-codes
		card.IssuerCode, card.AcquirerCode = shinhan, shinhan
		card.Number = maskCard(number)
		return card
	}
	card.Company, card.ReceiptURL = "신한카드", receiptURL
	return card
}
