package iamport

import (
	"bytes"
	"encoding/json"

	"github.com/samchon/payments-server/api/money"
)

// PayMethod is how a payment is paid. It decides which variant a Payment has.
type PayMethod string

// The methods that have fields of their own. Others, such as "phone" or
// "kakaopay", have only those of Payment.
const (
	MethodCard     PayMethod = "card"
	MethodSamsung  PayMethod = "samsung"
	MethodTransfer PayMethod = "trans"
	MethodVBank    PayMethod = "vbank"
)

// Status is the state of a payment.
type Status string

// The states. A partly refunded payment reads StatusCancelled at the fake and
// StatusPaid at the real Iamport: Payment.CancelAmount is what counts.
const (
	StatusReady     Status = "ready"
	StatusPaid      Status = "paid"
	StatusFailed    Status = "failed"
	StatusCancelled Status = "cancelled"
)

// Payment is a payment of any method. At most one of Card, VBank and Transfer
// is set; on the wire their fields lie beside the others.
type Payment struct {
	// Raw holds the gateway's own bytes when the Payment was read from JSON.
	// It is not written.
	Raw json.RawMessage `json:"-"`

	PayMethod   PayMethod    `json:"pay_method"`
	ImpUID      string       `json:"imp_uid"`
	MerchantUID string       `json:"merchant_uid"`
	Name        *string      `json:"name"`
	Amount      money.Amount `json:"amount"`
	// CancelAmount is the sum refunded so far.
	CancelAmount     money.Amount `json:"cancel_amount"`
	Currency         string       `json:"currency"`
	ReceiptURL       string       `json:"receipt_url"`
	CashReceiptIssue bool         `json:"cash_receipt_issue"` // the real Iamport calls it cash_receipt_issued; both are read

	Channel       string  `json:"channel"`
	PGProvider    string  `json:"pg_provider"`
	EmbPGProvider *string `json:"emb_pg_provider"`
	PGID          string  `json:"pg_id"`
	PGTID         string  `json:"pg_tid"`
	Escrow        bool    `json:"escrow"`

	BuyerName        *string `json:"buyer_name"`
	BuyerEmail       *string `json:"buyer_email"`
	BuyerTel         *string `json:"buyer_tel"`
	BuyerAddr        *string `json:"buyer_addr"`
	BuyerPostcode    *string `json:"buyer_postcode"`
	CustomerUID      *string `json:"customer_uid"`
	CustomerUIDUsage *string `json:"customer_uid_usage"`
	CustomData       *string `json:"custom_data"`
	UserAgent        *string `json:"user_agent"`

	Status      Status `json:"status"`
	StartedAt   Time   `json:"started_at"`
	PaidAt      Time   `json:"paid_at"`
	FailedAt    Time   `json:"failed_at"`
	CancelledAt Time   `json:"cancelled_at"`

	FailReason    *string  `json:"fail_reason"`
	CancelReason  *string  `json:"cancel_reason"`
	CancelHistory []Cancel `json:"cancel_history"`
	NoticeURL     string   `json:"notice_url,omitempty"`

	Card     *Card     `json:"-"` // of MethodCard and MethodSamsung
	VBank    *VBank    `json:"-"` // of MethodVBank
	Transfer *Transfer `json:"-"` // of MethodTransfer
}

// Balance is what can still be cancelled.
func (p Payment) Balance() money.Amount { return p.Amount.Sub(p.CancelAmount) }

// Cancel is one refund in a payment's history.
type Cancel struct {
	PGID        string       `json:"pg_id"`
	PGTID       string       `json:"pg_tid"`
	Amount      money.Amount `json:"amount"`
	CancelledAt Time         `json:"cancelled_at"`
	Reason      string       `json:"reason"`
	ReceiptURL  string       `json:"receipt_url"`
}

// Card is what a card payment adds.
type Card struct {
	CardCode   string `json:"card_code"`
	CardName   string `json:"card_name"`
	CardNumber string `json:"card_number"`
	CardQuota  int    `json:"card_quota"` // months of instalment
	ApplyNum   string `json:"apply_num"`
}

// VBank is what a payment into a virtual account adds.
type VBank struct {
	VBankCode     string `json:"vbank_code"`
	VBankName     string `json:"vbank_name"`
	VBankNum      string `json:"vbank_num"`
	VBankHolder   string `json:"vbank_holder"`
	VBankDate     Time   `json:"vbank_date"` // when the account closes
	VBankIssuedAt Millis `json:"vbank_issued_at"`
}

// Transfer is what a bank transfer adds.
type Transfer struct {
	BankCode string `json:"bank_code"`
	BankName string `json:"bank_name"`
}

// plainPayment has the fields of Payment without its methods.
type plainPayment Payment

// MarshalJSON writes the variant's fields beside the others.
func (p Payment) MarshalJSON() ([]byte, error) {
	if p.CancelHistory == nil {
		p.CancelHistory = []Cancel{} // clients iterate over it
	}
	return json.Marshal(struct {
		plainPayment
		*Card
		*VBank
		*Transfer
	}{plainPayment(p), p.Card, p.VBank, p.Transfer})
}

// UnmarshalJSON reads the fields of the variant that pay_method names. The real
// Iamport sends those of the others as well, as null. Like encoding/json, it
// leaves the value alone on null.
func (p *Payment) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	*p = Payment{}
	wire := struct {
		*plainPayment
		CashReceiptIssued *bool `json:"cash_receipt_issued"`
	}{plainPayment: (*plainPayment)(p)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	p.Raw = bytes.Clone(data)
	if wire.CashReceiptIssued != nil {
		p.CashReceiptIssue = *wire.CashReceiptIssued
	}
	switch p.PayMethod {
	case MethodCard, MethodSamsung:
		return json.Unmarshal(data, &p.Card)
	case MethodVBank:
		return json.Unmarshal(data, &p.VBank)
	case MethodTransfer:
		return json.Unmarshal(data, &p.Transfer)
	}
	return nil
}
