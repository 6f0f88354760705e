package toss

import (
	"context"
	"fmt"
	"slices"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/control"
)

// What a person, or a test, can do to a payment from outside the API.
const (
	Deposit  = "deposit"   // pay into a virtual account
	TakeBack = "take_back" // the bank had reported that deposit by mistake
	Fail     = "fail"      // the card company refuses
	Expire   = "expire"    // the payer waited too long
	Cancel   = "cancel"    // the shop's clerk refunds the rest at the console
)

// Act plays the payer, the bank or the shop's clerk. It fails when the payment
// is not known or not in a state for the action.
func (s *Server) Act(_ context.Context, paymentKey, action string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.books.payments.Get(paymentKey)
	if !ok {
		return fmt.Errorf("%s %s: %w", action, paymentKey, control.ErrUnknownPayment)
	}
	if !slices.Contains(p.actions(), action) {
		return fmt.Errorf("%s %s, which is %s: %w", action, paymentKey, p.Status, control.ErrNotNow)
	}
	return s.act(p, action, control.CauseOf(paymentKey, action))
}

func (s *Server) act(p *payment, action string, cause fault.Cause) error {
	switch action {
	case Deposit:
		return s.paidIn(p, cause)
	case TakeBack:
		return s.takenBack(p, cause)
	case Fail:
		s.abort(p, cause)
	case Expire:
		s.lapse(p, cause)
	case Cancel:
		s.refund(p, api.Cancellation{CancelReason: "콘솔에서 취소"}, p.BalanceAmount)
		s.announce(p, cause)
	}
	return nil
}

// actions are those possible in the payment's state.
func (p *payment) actions() []string {
	switch p.Status {
	case api.StatusReady, api.StatusInProgress:
		return []string{Fail, Expire}
	case api.StatusWaitingForDeposit:
		return []string{Deposit, Expire, Cancel}
	case api.StatusDone:
		if p.VirtualAccount != nil {
			return []string{Cancel, TakeBack}
		}
		return []string{Cancel}
	case api.StatusPartialCanceled:
		if p.BalanceAmount.Sign() > 0 {
			return []string{Cancel}
		}
	}
	return []string{}
}

func (s *Server) abort(p *payment, cause fault.Cause) {
	p.Status = api.StatusAborted
	p.Failure = &api.Failure{Code: codeCardRejected, Message: vendorErrors()[codeCardRejected].korean}
	s.changed(p)
	s.announce(p, cause)
}

// Payments lists the payments that are kept, newest first.
func (s *Server) Payments() []control.Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]control.Payment, 0, s.books.payments.Len())
	for _, p := range s.books.payments.All() {
		list = append(list, p.summary())
	}
	slices.Reverse(list)
	return list
}

func (p *payment) summary() control.Payment {
	return control.Payment{
		ID: p.PaymentKey, Order: p.OrderID, Name: p.OrderName, Method: string(p.Method), Status: string(p.Status),
		Amount: p.TotalAmount, Balance: p.BalanceAmount, At: p.RequestedAt.Time, Actions: p.actions(),
	}
}
