package toss

import (
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/ledger"
)

// confirmWindow is how long an authenticated payment waits to be confirmed.
// https://docs.tosspayments.com/en/webhooks
const confirmWindow = 10 * time.Minute

func (s *Server) newPayment(method api.Method, orderID, orderName string, amount money.Amount) *payment {
	p := &payment{Payment: api.Payment{
		MID:            "tosspayments",
		PaymentKey:     uuid.NewString(),
		OrderID:        orderID,
		OrderName:      orderName,
		Type:           "NORMAL",
		Method:         method,
		Status:         api.StatusReady,
		Currency:       "KRW",
		TotalAmount:    amount,
		BalanceAmount:  amount,
		SuppliedAmount: amount,
		RequestedAt:    s.now(),
	}}
	if s.real() {
		p.Version = "2022-11-16"
		p.LastTransactionKey = uuid.NewString()
		p.Secret = "ps_" + uuid.NewString()
		return p
	}
	p.Version = "1.3"
	p.OrderName = "test" // whatever was asked for
	p.TransactionKey = uuid.NewString()
	return p
}

// orderable refuses an order that cannot be paid. Only the real gateway looks
// whether it has been paid already.
func (s *Server) orderable(orderID string, amount money.Amount) error {
	if amount.Sign() < 0 {
		return malformed("amount is below zero")
	}
	return s.unpaid(orderID)
}

// unpaid refuses an order that has been paid, be it through another window that
// was open for it.
func (s *Server) unpaid(orderID string) error {
	if !s.real() {
		return nil
	}
	if p := s.books.ofOrder(orderID); p != nil && p.captured {
		return refusal{code: api.CodeDuplicatedOrderID}
	}
	return nil
}

// add puts a new payment into the books.
func (s *Server) add(p *payment) {
	s.books.payments.Put(p.PaymentKey, p)
	s.books.orders[p.OrderID] = append(s.books.orders[p.OrderID], p)
	s.changed(p)
}

// changed renders the payment anew; each action that touches one ends with it.
func (s *Server) changed(p *payment) {
	p.stale, p.body = p.body, s.render(p)
}

// capture takes the customer's money, once.
func (s *Server) capture(p *payment) {
	p.Status = api.StatusDone
	p.ApprovedAt = s.now()
	if p.captured {
		return
	}
	p.captured = true
	s.record(p, ledger.Captured, p.TotalAmount)
}

// record writes a movement of money into the ledger of truth and into the one
// that the gateway shows.
func (s *Server) record(p *payment, kind ledger.Kind, amount money.Amount) {
	s.ledger.Record(ledger.Entry{Payment: p.PaymentKey, Order: p.OrderID, Kind: kind, Amount: amount})
	key := uuid.NewString()
	if p.LastTransactionKey != "" {
		p.LastTransactionKey = key
	}
	s.books.transactions.Put(key, api.Transaction{
		MID: p.MID, TransactionKey: key, PaymentKey: p.PaymentKey, OrderID: p.OrderID, Method: p.Method,
		Status: p.Status, TransactionAt: s.now(), Currency: p.Currency, Amount: amount,
	})
}

// find returns a payment by its key.
func (s *Server) find(paymentKey string) (*payment, error) {
	if p, ok := s.books.payments.Get(paymentKey); ok {
		return p, nil
	}
	return nil, noPayment(paymentKey)
}

func noPayment(key string) error {
	return missing(api.CodeNotFoundPayment, "There is no payment %s.", key)
}

func (s *Server) getPayment(c call) ([]byte, error) {
	p, err := s.find(c.PathValue("paymentKey"))
	if err != nil {
		return nil, err
	}
	return p.read(c.effects), nil
}

func (s *Server) getOrder(c call) ([]byte, error) {
	p := s.books.ofOrder(c.PathValue("orderId"))
	if p == nil {
		return nil, refusal{code: api.CodeNotFoundPayment}
	}
	return p.read(c.effects), nil
}

// read shows the payment, or what it was before its last change when a fault
// plan wants a replica that lags behind.
func (p *payment) read(effects fault.Effects) []byte {
	if effects.Has(fault.StaleRead) && p.stale != nil {
		return p.stale
	}
	return p.body
}
