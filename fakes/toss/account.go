package toss

import (
	"time"

	"github.com/google/uuid"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/ledger"
)

// How long a virtual account waits for its deposit, unless it is told.
const (
	referenceAccountWindow = 3 * 24 * time.Hour
	realAccountWindow      = 7 * 24 * time.Hour // https://docs.tosspayments.com/reference
)

// refundWindow is how long a bank takes to send a refund.
// https://docs.tosspayments.com/reference
const refundWindow = 2 * 24 * time.Hour

// Words of a virtual account's settlement, and of its refund.
const (
	incompleted = "INCOMPLETED"
	completed   = "COMPLETED"
	pending     = "PENDING"
)

// createVirtualAccount opens an account. The body's __approved has no effect, in
// the reference either.
func (s *Server) createVirtualAccount(c call, in api.VirtualAccountRequest) ([]byte, error) {
	if err := s.orderable(in.OrderID, in.Amount); err != nil {
		return nil, err
	}
	p := s.newPayment(api.MethodVirtualAccount, in.OrderID, in.OrderName, in.Amount)
	s.furnish(p, in)
	s.openAccount(p)
	s.add(p)
	s.announce(p, c.cause())
	return p.body, nil
}

// furnish gives the payment an account that is not open yet.
func (s *Server) furnish(p *payment, in api.VirtualAccountRequest) {
	p.VirtualAccount = s.newAccount(in)
	switch {
	case in.ValidHours > 0:
		p.window = time.Duration(in.ValidHours) * time.Hour
	case s.real():
		p.window = realAccountWindow
	default:
		p.window = referenceAccountWindow
	}
	if p.Secret == "" {
		p.Secret = uuid.NewString()
	}
}

func (s *Server) newAccount(in api.VirtualAccountRequest) *api.VirtualAccount {
	account := &api.VirtualAccount{
		AccountNumber:    "110417532896",
		AccountType:      "일반",
		CustomerName:     in.CustomerName,
		SettlementStatus: incompleted,
		RefundStatus:     "NONE",
	}
	if s.real() {
		account.BankCode = in.Bank
		return account
	}
	account.Bank = in.Bank
	return account
}

// openAccount lets the account wait for its deposit.
func (s *Server) openAccount(p *payment) {
	p.Status = api.StatusWaitingForDeposit
	due := s.moment(s.clock.Now().Add(p.window))
	p.VirtualAccount.DueDate = due.In(api.KST).Format(time.DateOnly)
	if s.real() {
		p.VirtualAccount.DueDate = due.Format(time.RFC3339)
	}
	s.expire(p, p.window)
}

func (s *Server) deposit(c call) ([]byte, error) {
	p, err := s.find(c.PathValue("paymentKey"))
	if err != nil {
		return nil, err
	}
	if err := s.paidIn(p, c.cause()); err != nil {
		return nil, err
	}
	return p.body, nil
}

// paidIn is the customer's money arriving. The reference looks at the method
// only; a bank sends money for a closed account back.
func (s *Server) paidIn(p *payment, cause fault.Cause) error {
	if p.VirtualAccount == nil {
		return unprocessable(api.CodeInvalidRequest, "Not a virtual account.")
	}
	if p.VirtualAccount.Expired || (s.real() && p.Status != api.StatusWaitingForDeposit) {
		return unprocessable(api.CodeInvalidRequest, "The account waits for no deposit.")
	}
	p.VirtualAccount.SettlementStatus = completed
	s.capture(p)
	s.changed(p)
	s.announce(p, cause)
	return nil
}

// takenBack undoes a deposit that the bank had reported by mistake: DONE is not
// the end of a virtual account. https://docs.tosspayments.com/en/webhooks
func (s *Server) takenBack(p *payment, cause fault.Cause) error {
	if p.VirtualAccount == nil || p.Status != api.StatusDone {
		return unprocessable(api.CodeInvalidRequest, "There is no deposit to take back.")
	}
	p.VirtualAccount.SettlementStatus = incompleted
	p.ApprovedAt = api.Time{}
	p.Status = api.StatusWaitingForDeposit
	s.record(p, ledger.Refunded, p.BalanceAmount)
	p.captured = false
	s.changed(p)
	s.announce(p, cause)
	return nil
}

// payBack lets the real gateway's bank send a refund. The money counts as given
// back from the beginning.
func (s *Server) payBack(p *payment) {
	p.VirtualAccount.RefundStatus = pending
	s.later(p, refundWindow, func() {
		p.VirtualAccount.RefundStatus = completed
		s.changed(p)
	})
}
