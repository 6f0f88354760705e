package iamport

import (
	"cmp"
	"net/http"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
)

var vatRate = money.MustParse("0.1")

func (s *Server) getReceipt(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	receipt, ok := s.kept.receipts.Get(r.PathValue("imp_uid"))
	if !ok {
		return nil, notFound("receipt")
	}
	return receipt, nil
}

func (s *Server) createReceipt(r *http.Request) (any, error) {
	in, err := decode[api.ReceiptRequest](s, r)
	if err != nil {
		return nil, err
	}
	if err := among("type", cmp.Or(in.Type, "person"), "person", "company"); err != nil {
		return nil, err
	}
	if err := among("identifier_type", cmp.Or(in.IdentifierType, "person"),
		"person", "business", "phone", "taxcard"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.find(r.PathValue("imp_uid"))
	if err != nil {
		return nil, err
	}
	if record.now.PaidAt.IsZero() {
		return nil, refused("The payment is not paid yet.")
	}
	// The reference fake compares cancelled_at with null where it stores 0, and
	// so never notices a receipt that lives.
	if old, ok := s.kept.receipts.Get(record.now.ImpUID); ok && old.CancelledAt.IsZero() {
		return nil, refused("The receipt has been issued already.")
	}
	receipt := s.newReceipt(record.now, in)
	s.kept.receipts.Put(receipt.ImpUID, receipt)
	record.now.CashReceiptIssue = true
	return receipt, nil
}

func (s *Server) newReceipt(p api.Payment, in api.ReceiptRequest) api.Receipt {
	return api.Receipt{
		ImpUID:     p.ImpUID,
		ReceiptUID: newUID(),
		ApplyNum:   newUID(),
		Type:       cmp.Or(in.Type, "person"),
		Amount:     p.Amount,
		VAT:        p.Amount.Mul(vatRate),
		ReceiptURL: receiptURL,
		AppliedAt:  s.stamp(s.clock.Now()),
	}
}

func (s *Server) deleteReceipt(r *http.Request) (any, error) {
	impUID := r.PathValue("imp_uid")
	s.mu.Lock()
	defer s.mu.Unlock()
	receipt, ok := s.kept.receipts.Get(impUID)
	if !ok {
		return nil, notFound("receipt")
	}
	if !receipt.CancelledAt.IsZero() {
		return nil, refused("The receipt has been cancelled already.")
	}
	receipt.CancelledAt = s.stamp(s.clock.Now())
	s.kept.receipts.Put(impUID, receipt)
	if record, err := s.find(impUID); err == nil {
		record.now.CashReceiptIssue = false
	}
	return receipt, nil
}
