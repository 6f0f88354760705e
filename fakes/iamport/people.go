package iamport

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/control"
)

// What a person, or a test, can do to a payment from outside the API.
const (
	Deposit = "deposit" // pay into a virtual account
	Fail    = "fail"    // the bank refuses
	Expire  = "expire"  // the payer waited too long
	Cancel  = "cancel"  // the shop's clerk refunds the rest at the console
)

// Payments lists the payments that are kept, newest first.
func (s *Server) Payments() []control.Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]control.Payment, s.kept.payments.Len())
	last := len(list) - 1
	for _, record := range s.kept.payments.All() {
		list[last] = summary(record.now)
		last--
	}
	return list
}

func summary(p api.Payment) control.Payment {
	s := control.Payment{
		ID: p.ImpUID, Order: p.MerchantUID, Method: string(p.PayMethod), Status: string(p.Status),
		Amount: p.Amount, Balance: p.Balance(), At: p.StartedAt.Time, Actions: []string{},
	}
	if p.Name != nil {
		s.Name = *p.Name
	}
	if p.VBank != nil && p.Status == api.StatusReady {
		s.Actions = append(s.Actions, Deposit, Fail, Expire)
	}
	if p.Balance().Sign() > 0 && p.Status != api.StatusFailed {
		s.Actions = append(s.Actions, Cancel)
	}
	return s
}

// Act plays the payer, the bank, or the shop's clerk at the console. It fails
// when the payment is not known or not in a state for the action.
func (s *Server) Act(_ context.Context, impUID, action string) error {
	err := s.act(control.CauseOf(impUID, action), impUID, action)
	var f *failure
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f) && f.status == http.StatusNotFound:
		return fmt.Errorf("%w: %s", control.ErrUnknownPayment, impUID)
	default:
		return fmt.Errorf("%s: %w: %w", action, control.ErrNotNow, err)
	}
}

func (s *Server) act(cause fault.Cause, impUID, action string) error {
	switch action {
	case Deposit:
		return s.payIn(cause, impUID)
	case Expire:
		return s.expire(impUID)
	case Fail:
		_, err := s.change(cause, impUID, func(p *api.Payment) (effect, error) {
			return s.fail(p, "Declined by hand.")
		})
		return err
	case Cancel:
		_, err := s.change(cause, impUID, s.cancelByHand)
		return err
	}
	return fmt.Errorf("unknown action %q", action)
}

// cancelByHand refunds the rest, as a clerk does at the console: a webhook is
// sent in either style.
func (s *Server) cancelByHand(p *api.Payment) (effect, error) {
	const hand = "by hand"
	return s.cancel(p, api.CancelRequest{
		Reason: "Cancelled by hand.", EnableWebhook: true,
		RefundHolder: hand, RefundBank: hand, RefundAccount: hand,
	})
}
