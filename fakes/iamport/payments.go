package iamport

import (
	"context"
	"net/http"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/ledger"
)

func (s *Server) getPayment(r *http.Request) (any, error) {
	if s.hides(r) {
		return nil, notFound("payment")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.find(r.PathValue("imp_uid"))
	if err != nil {
		return nil, err
	}
	return s.show(r.Context(), record)
}

// find looks a payment up. The caller holds the mutex, here and in all methods
// below that say so by not locking.
func (s *Server) find(impUID string) (*record, error) {
	record, ok := s.kept.payments.Get(impUID)
	if !ok {
		return nil, notFound("payment")
	}
	return record, nil
}

// show renders a payment as the request is to see it.
func (s *Server) show(ctx context.Context, r *record) (any, error) {
	if fault.FromContext(ctx).Has(fault.StaleRead) {
		return s.render(r.before)
	}
	return s.render(r.now)
}

// create stores a new payment and tells the shop. A payment that is born paid
// is captured.
func (s *Server) create(cause fault.Cause, p api.Payment) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkOrder(p.MerchantUID, p.Amount); err != nil {
		return nil, err
	}
	s.store(cause, p)
	return s.render(p)
}

func (s *Server) store(cause fault.Cause, p api.Payment) {
	s.kept.add(p)
	if p.VBank != nil {
		s.closeVBankInTime(p.ImpUID)
	}
	if p.Status == api.StatusPaid {
		s.book(p, ledger.Captured, p.Amount)
	}
	s.notify(cause, p, "")
}

// checkOrder refuses an amount other than the prepared one, and in the real
// style an order that is paid already.
func (s *Server) checkOrder(merchantUID string, amount money.Amount) error {
	if amount.Sign() < 0 {
		return refused("The amount must not be negative.")
	}
	if prepared, ok := s.kept.prepared.Get(merchantUID); ok && !prepared.Equal(amount) {
		return refused("The amount differs from the prepared one.")
	}
	if !s.real() {
		return nil
	}
	for _, impUID := range s.kept.orders[merchantUID] {
		if r, ok := s.kept.payments.Get(impUID); ok && !r.now.PaidAt.IsZero() {
			return refused("The merchant_uid has been paid already.")
		}
	}
	return nil
}

// effect is what a change of a payment brings about besides.
type effect struct {
	moved  ledger.Kind // none when empty
	amount money.Amount
	silent bool // no webhook
	// cancellation is what a webhook of the real Iamport names a cancel by.
	cancellation string
}

// change lets f change a payment, then books and tells what f says. When f
// refuses, nothing has changed.
func (s *Server) change(cause fault.Cause, impUID string, f func(*api.Payment) (effect, error)) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.find(impUID)
	if err != nil {
		return nil, err
	}
	next := copyOf(record.now)
	e, err := f(&next)
	if err != nil {
		return nil, err
	}
	record.before, record.now, record.updated = record.now, next, s.clock.Now()
	if next.Status != api.StatusReady {
		record.stopExpiry()
	}
	if e.moved != "" {
		s.book(next, e.moved, e.amount)
	}
	if !e.silent {
		s.notify(cause, next, e.cancellation)
	}
	return s.render(next)
}

func (s *Server) book(p api.Payment, moved ledger.Kind, amount money.Amount) {
	s.ledger.Record(ledger.Entry{Payment: p.ImpUID, Order: p.MerchantUID, Kind: moved, Amount: amount})
}

// newPayment has what all payments have in common.
func (s *Server) newPayment(method api.PayMethod, merchantUID string, amount money.Amount) api.Payment {
	transaction := newUID()
	return api.Payment{
		PayMethod:        method,
		ImpUID:           newUID(),
		MerchantUID:      merchantUID,
		Amount:           amount,
		Currency:         "KRW",
		ReceiptURL:       receiptURL,
		CashReceiptIssue: !s.real(), // the reference says so before there is one
		Channel:          oneOf("pc", "mobile"),
		PGProvider:       "somewhere",
		PGID:             transaction,
		PGTID:            transaction,
		UserAgent:        text("Test Automation"),
		StartedAt:        s.stamp(s.clock.Now()),
	}
}

// stamp is a moment as the style writes it: the reference fake with fractions
// of a second, the real Iamport without.
func (s *Server) stamp(t time.Time) api.Time {
	if s.real() {
		t = t.Truncate(time.Second)
	}
	return api.Unix(t)
}
