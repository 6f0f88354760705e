package toss

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/google/uuid"

	api "github.com/samchon/payments-server/api/toss"
)

// createCashReceipt issues a receipt for a payment of the gateway's. The real
// one also issues those for other payments, which then stand alone.
func (s *Server) createCashReceipt(c call, in api.CashReceiptRequest) ([]byte, error) {
	if s.real() && in.RegistrationNumber == "" && in.CustomerIdentityNumber == "" {
		return nil, refusal{code: api.CodeInvalidRequest}
	}
	if s.real() && in.PaymentKey == "" {
		return encode(s.newReceipt(in).CashReceipt)
	}
	p, err := s.find(in.PaymentKey)
	if err != nil {
		return nil, err
	}
	switch {
	case p.OrderID != in.OrderID:
		return nil, noPayment(in.PaymentKey) // 404, unlike everywhere else
	case p.CashReceipt != nil:
		return nil, unprocessable(codeDuplicatedReceipt, "The payment has a cash receipt already.")
	case p.TotalAmount.Cmp(in.Amount) < 0:
		return nil, unprocessable(api.CodeInvalidRequest, "The amount is more than was paid.")
	}
	r := s.newReceipt(in)
	r.payment = p
	p.CashReceipt = summary(r, in)
	s.changed(p)
	return encode(r.CashReceipt)
}

func (s *Server) newReceipt(in api.CashReceiptRequest) *receipt {
	r := &receipt{CashReceipt: api.CashReceipt{
		ReceiptKey: uuid.NewString(),
		Type:       in.Type,
		OrderID:    in.OrderID,
		OrderName:  in.OrderName,
		ApprovedAt: s.now(),
		ReceiptURL: receiptURL,
	}}
	if s.real() {
		r.IssueNumber = fmt.Sprintf("%09d", rand.IntN(1e9))
		r.IssueStatus, r.TransactionType = "IN_PROGRESS", "CONFIRM"
		r.Amount, r.RequestedAt = in.Amount, r.ApprovedAt
		if in.TaxFreeAmount != nil {
			r.TaxFreeAmount = *in.TaxFreeAmount
		}
		r.ApprovalNumber = r.IssueNumber
	} else {
		r.ApprovalNumber, r.PaymentKey = uuid.NewString(), in.PaymentKey
	}
	s.books.receipts.Put(r.ReceiptKey, r)
	return r
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
	if r.payment != nil {
		r.payment.CashReceipt = nil
		s.changed(r.payment)
	}
	if s.real() {
		return encode(r.ofCancel())
	}
	return encode(r.CashReceipt)
}

// ofCancel is the receipt that the real gateway issues for taking one back.
// https://docs.tosspayments.com/reference
func (r *receipt) ofCancel() api.CashReceipt {
	c := r.CashReceipt
	c.ReceiptKey, c.TransactionType = "c_"+r.ReceiptKey, "CANCEL"
	return c
}

func encode(v any) ([]byte, error) { return json.Marshal(v) }
