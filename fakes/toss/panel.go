package toss

import (
	"context"
	"fmt"
	"slices"

	"github.com/samchon/payments-server/api/money"
	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/internal/control"
)

// Action is what a payer or a bank does to a payment.
type Action string

// The actions. Each is possible in some states of a payment only.
const (
	Deposit  Action = "deposit"   // pay into a virtual account
	TakeBack Action = "take_back" // the bank had reported that deposit by mistake
	Abort    Action = "fail"      // the card company refuses
	Expire   Action = "expire"    // the payer waited too long
	Cancel   Action = "cancel"    // somebody refunds the rest at the gateway's own console
)

// Act plays the payer or the bank. It fails when the payment is not known or is
// not in a state for the action.
func (s *Server) Act(paymentKey string, action Action) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.books.payments.Get(paymentKey)
	if !ok {
		return fmt.Errorf("%s %s: %w", action, paymentKey, control.ErrUnknownPayment)
	}
	if !slices.Contains(p.actions(), string(action)) {
		return fmt.Errorf("%s %s, which is %s: %w", action, paymentKey, p.Status, control.ErrNotNow)
	}
	return s.act(p, action)
}

func (s *Server) act(p *payment, action Action) error {
	switch action {
	case Deposit:
		return s.paidIn(p, nil)
	case TakeBack:
		return s.takenBack(p)
	case Abort:
		s.abort(p)
	case Expire:
		p.stopExpiry()
		s.lapse(p)
	case Cancel:
		s.refund(p, api.Cancellation{CancelReason: "콘솔에서 취소"}, p.BalanceAmount)
		s.announce(p, nil)
	}
	return nil
}

// actions are those possible in the payment's state.
func (p *payment) actions() []string {
	var possible []Action
	switch p.Status {
	case api.StatusReady, api.StatusInProgress:
		possible = []Action{Abort, Expire}
	case api.StatusWaitingForDeposit:
		possible = []Action{Deposit, Expire, Cancel}
	case api.StatusDone:
		possible = []Action{Cancel}
		if p.VirtualAccount != nil {
			possible = []Action{Cancel, TakeBack}
		}
	case api.StatusPartialCanceled:
		if p.BalanceAmount.Cmp(money.Amount{}) > 0 {
			possible = []Action{Cancel}
		}
	}
	names := []string{}
	for _, a := range possible {
		names = append(names, string(a))
	}
	return names
}

func (s *Server) abort(p *payment) {
	p.stopExpiry()
	p.Status = api.StatusAborted
	p.Failure = &api.Failure{Code: "REJECT_CARD_COMPANY", Message: "결제 승인이 거절되었습니다."}
	s.changed(p)
	s.announce(p, nil)
}

// panel is the fake as the control and the page for people see it.
type panel struct{ *Server }

// Payments lists the payments, newest first.
func (p panel) Payments() []control.Payment {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]control.Payment, 0, p.books.payments.Len())
	for _, payment := range p.books.payments.All() {
		list = append(list, payment.row())
	}
	slices.Reverse(list)
	return list
}

func (p *payment) row() control.Payment {
	return control.Payment{
		ID: p.PaymentKey, Order: p.OrderID, Name: p.OrderName, Method: string(p.Method), Status: string(p.Status),
		Amount: p.TotalAmount, Balance: p.BalanceAmount, At: p.RequestedAt.Time, Actions: p.actions(),
	}
}

// Act does what a button of the page says.
func (p panel) Act(_ context.Context, paymentKey, action string) error {
	return p.Server.Act(paymentKey, Action(action))
}

// Reset forgets the payments and the answers to be repeated.
func (p panel) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.books.clear()
	p.replays.clear()
}

var _ control.Vendor = panel{}
