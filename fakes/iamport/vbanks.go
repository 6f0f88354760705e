package iamport

import (
	"net/http"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/ledger"
)

func (s *Server) createVBank(r *http.Request) (any, error) {
	in, err := decode[api.VBankRequest](s, r)
	if err != nil {
		return nil, err
	}
	p := s.newPayment(api.MethodVBank, in.MerchantUID, in.Amount)
	p.Name = text(in.Name)
	p.BuyerName, p.BuyerEmail, p.BuyerTel = text(in.BuyerName), text(in.BuyerEmail), text(in.BuyerTel)
	p.BuyerAddr, p.BuyerPostcode = text(in.BuyerAddr), text(in.BuyerPostcode)
	p.CustomData = text(in.CustomData)
	p.NoticeURL = in.NoticeURL
	p.CustomerUID, p.CustomerUIDUsage = text(newUID()), text("issue")
	p.Status = api.StatusReady
	p.VBank = s.newVBank(in)
	return s.create(fault.CauseOf(r), p)
}

func (s *Server) newVBank(in api.VBankRequest) *api.VBank {
	holder := hangul(3) // whatever the request says: so does the reference fake
	if s.real() {
		holder = in.VBankHolder
	}
	return &api.VBank{
		VBankCode:     in.VBankCode,
		VBankName:     hangul(2) + "은행",
		VBankNum:      digits(9),
		VBankHolder:   holder,
		VBankDate:     s.stamp(in.VBankDue.Time),
		VBankIssuedAt: api.Millis{Time: s.stamp(s.clock.Now())},
	}
}

func (s *Server) updateVBank(r *http.Request) (any, error) {
	in, err := decode[api.VBankUpdate](s, r)
	if err != nil {
		return nil, err
	}
	updated, err := s.change(fault.CauseOf(r), in.ImpUID, func(p *api.Payment) (effect, error) {
		switch {
		case p.VBank == nil:
			return effect{}, refused("Not a vbank payment.")
		case s.real() && p.Status != api.StatusReady:
			return effect{}, refused("The virtual account does not wait for a payment.")
		case in.Amount != nil && in.Amount.Sign() < 0:
			return effect{}, refused("The amount must not be negative.")
		case in.Amount != nil && !p.PaidAt.IsZero():
			// The reference would then give back what it never got.
			return effect{}, refused("The amount has been paid already.")
		}
		if in.Amount != nil && !in.Amount.IsZero() {
			p.Amount = *in.Amount
		}
		if !in.VBankDue.IsZero() {
			p.VBank.VBankDate = s.stamp(in.VBankDue.Time)
		}
		return effect{}, nil
	})
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closeVBankInTime(in.ImpUID)
	}
	return updated, err
}

// revokeVBank closes an account that waits. What the real Iamport calls the status
// of such a payment is not documented; failed is what it calls one that expired.
func (s *Server) revokeVBank(r *http.Request) (any, error) {
	return s.change(fault.CauseOf(r), r.PathValue("imp_uid"), func(p *api.Payment) (effect, error) {
		if p.VBank == nil {
			return effect{}, refused("Not a vbank payment.")
		}
		return s.fail(p, "The virtual account was revoked.")
	})
}

// deposit pays into a virtual account. It is no path of the real Iamport.
func (s *Server) deposit(w http.ResponseWriter, r *http.Request) {
	if err := s.payIn(fault.CauseOf(r), r.PathValue("imp_uid")); err != nil {
		s.writeError(w, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (s *Server) payIn(cause fault.Cause, impUID string) error {
	_, err := s.change(cause, impUID, func(p *api.Payment) (effect, error) {
		switch {
		case p.VBank == nil:
			return effect{}, refused("Not a vbank payment.")
		case p.Status == api.StatusFailed:
			return effect{}, refused("The virtual account is closed.")
		case s.real() && p.Status != api.StatusReady:
			return effect{}, refused("The virtual account does not wait for a payment.")
		}
		e := effect{moved: ledger.Captured, amount: p.Amount}
		if !p.PaidAt.IsZero() {
			e.moved = "" // the reference takes another deposit; no money comes with it
		}
		p.Status = api.StatusPaid
		p.PaidAt = s.stamp(s.clock.Now())
		return e, nil
	})
	return err
}

// closeVBankInTime sets the timer that closes the account when nobody paid. A
// due date in the past is no date: it sets none.
func (s *Server) closeVBankInTime(impUID string) {
	record, ok := s.kept.payments.Get(impUID)
	if !ok {
		return
	}
	record.stopExpiry()
	left := record.now.VBank.VBankDate.Sub(s.clock.Now())
	if record.now.Status == api.StatusReady && left > 0 {
		record.expiry = s.clock.AfterFunc(left, func() { _ = s.expire(impUID) }) // paid or gone by now: nothing to close
	}
}

// expire fails a payment whose virtual account was not paid in time. No webhook:
// the real Iamport sends none of failures.
func (s *Server) expire(impUID string) error {
	_, err := s.change(fault.ByClock, impUID, func(p *api.Payment) (effect, error) {
		return s.fail(p, "The virtual account was not paid in time.")
	})
	return err
}

func (s *Server) fail(p *api.Payment, reason string) (effect, error) {
	if p.Status != api.StatusReady {
		return effect{}, refused("The payment does not wait any more.")
	}
	p.Status = api.StatusFailed
	p.FailedAt = s.stamp(s.clock.Now())
	p.FailReason = &reason
	return effect{silent: true}, nil
}
