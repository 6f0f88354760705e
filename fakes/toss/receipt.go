package toss

import (
	"encoding/json"

	"github.com/google/uuid"

	api "github.com/samchon/payments-server/api/toss"
)

func (s *Server) createCashReceipt(c call, in api.CashReceiptRequest) ([]byte, error) {
	p, err := s.find(in.PaymentKey)
	if err != nil {
		return nil, err
	}
	switch {
	case p.OrderID != in.OrderID:
		return nil, noPayment(in.PaymentKey) // 404, unlike everywhere else
	case p.CashReceipt != nil:
		return nil, unprocessable(api.CodeInvalidRequest, "The payment has a cash receipt already.")
	case p.TotalAmount.Cmp(in.Amount) < 0:
		return nil, unprocessable(api.CodeInvalidRequest, "The amount is more than was paid.")
	}
	r := &receipt{payment: p, CashReceipt: api.CashReceipt{
		ReceiptKey:     uuid.NewString(),
		Type:           in.Type,
		OrderID:        in.OrderID,
		OrderName:      in.OrderName,
		ApprovalNumber: uuid.NewString(),
		ApprovedAt:     s.now(),
		ReceiptURL:     receiptURL,
		PaymentKey:     p.PaymentKey,
	}}
	s.books.receipts.Put(r.ReceiptKey, r)
	p.CashReceipt = summary(r, in)
	s.changed(p)
	return encode(r.CashReceipt)
}

func summary(r *receipt, in api.CashReceiptRequest) *api.CashReceiptSummary {
	short := &api.CashReceiptSummary{
		Type:        r.Type,
		Amount:      in.Amount,
		IssueNumber: r.ApprovalNumber,
		ReceiptURL:  r.ReceiptURL,
	}
	if in.TaxFreeAmount != nil {
		short.TaxFreeAmount = *in.TaxFreeAmount
	}
	return short
}

// cancelCashReceipt takes the receipt back, whole: the body's amount is ignored.
func (s *Server) cancelCashReceipt(c call) ([]byte, error) {
	r, ok := s.books.receipts.Get(c.PathValue("receiptKey"))
	if !ok {
		return nil, missing(api.CodeNotFound, "There is no such cash receipt.")
	}
	r.CanceledAt = s.now()
	r.payment.CashReceipt = nil
	s.changed(r.payment)
	return encode(r.CashReceipt)
}

func encode(v any) ([]byte, error) { return json.Marshal(v) }
