package toss

import (
	"slices"
	"time"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/internal/volatile"
)

// books are what the fake remembers. The server's mutex guards them.
type books struct {
	payments     *volatile.Store[string, *payment]
	orders       map[string][]*payment // those of an order that are still remembered, oldest first
	billings     *volatile.Store[string, *billing]
	receipts     *volatile.Store[string, *receipt]
	transactions *volatile.Store[string, api.Transaction]
	checkouts    *volatile.Store[string, *window]
}

// payment is one payment and what the wire does not show of it.
type payment struct {
	api.Payment
	captured bool          // its money has moved to us
	window   time.Duration // for how long its virtual account takes a deposit
	timer    *clock.Timer  // of what becomes of it by itself; nil if nothing
	body     []byte        // the payment as JSON
	stale    []byte        // the same before its last change
}

// billing is a registered card.
type billing struct {
	api.Billing
	removed bool
}

// receipt is a cash receipt and the payment it is for; nil where it stands alone.
type receipt struct {
	api.CashReceipt
	payment *payment
}

func newBooks(o Options) books {
	limits := volatile.Limits{Count: o.Keep, Age: o.KeepFor}
	now := o.Clock.Now
	b := books{
		orders:       make(map[string][]*payment),
		billings:     volatile.New[string, *billing](limits, now),
		receipts:     volatile.New[string, *receipt](limits, now),
		transactions: volatile.New[string, api.Transaction](limits, now),
		checkouts:    volatile.New[string, *window](limits, now),
	}
	b.payments = volatile.NewWithEvict(limits, now, func(_ string, p *payment) { b.forget(p) })
	return b
}

func (b books) forget(p *payment) {
	p.stopTimer()
	rest := slices.DeleteFunc(b.orders[p.OrderID], func(other *payment) bool { return other == p })
	if len(rest) == 0 {
		delete(b.orders, p.OrderID)
		return
	}
	b.orders[p.OrderID] = rest
}

// ofOrder returns the payment that an order is known by: the one that was paid,
// or else the last that was begun. It returns nil for an unknown order.
func (b books) ofOrder(orderID string) *payment {
	var known *payment
	for _, p := range b.orders[orderID] {
		if known == nil || p.captured || !known.captured {
			known = p
		}
	}
	return known
}

func (b books) clear() {
	b.payments.Clear()
	b.billings.Clear()
	b.receipts.Clear()
	b.transactions.Clear()
	b.checkouts.Clear()
}

// expire lets the payment lapse after d, unless its status has changed by then.
func (s *Server) expire(p *payment, d time.Duration) {
	waiting := p.Status
	s.later(p, d, func() {
		if p.Status == waiting {
			s.lapse(p, fault.ByClock)
		}
	})
}

// later lets something become of the payment after d, in place of what was to
// become of it, unless it is forgotten by then.
func (s *Server) later(p *payment, d time.Duration, become func()) {
	p.stopTimer()
	p.timer = s.clock.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if kept, ok := s.books.payments.Get(p.PaymentKey); ok && kept == p {
			become()
		}
	})
}

func (p *payment) stopTimer() {
	if p.timer != nil {
		p.timer.Stop()
	}
}
