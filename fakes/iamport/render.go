package iamport

import (
	"bytes"
	"encoding/json"

	api "github.com/samchon/payments-server/api/iamport"
)

// absent are the fields that the real Iamport sends as null where a payment's
// method has no use for them.
var absent = []string{
	"card_code", "card_name", "card_number", "card_quota", "card_type", "apply_num",
	"bank_code", "bank_name",
	"vbank_code", "vbank_name", "vbank_num", "vbank_holder", "vbank_date", "vbank_issued_at",
}

// render returns a payment as the style writes it.
func (s *Server) render(p api.Payment) (any, error) {
	if !s.real() {
		return p, nil
	}
	encoded, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber() // amounts stay as exact as they are
	if err := decoder.Decode(&fields); err != nil {
		return nil, err
	}
	for _, name := range absent {
		if _, ok := fields[name]; !ok {
			fields[name] = nil
		}
	}
	if p.VBank != nil {
		fields["vbank_issued_at"] = p.VBank.VBankIssuedAt.Time
	}
	fields["cash_receipt_issued"] = p.CashReceiptIssue
	delete(fields, "cash_receipt_issue")
	fields["cancel_receipt_urls"] = cancelReceipts(p)
	return fields, nil
}

func cancelReceipts(p api.Payment) []string {
	urls := []string{}
	for _, c := range p.CancelHistory {
		urls = append(urls, c.ReceiptURL)
	}
	return urls
}
