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

	PayMethod   PayMethod    `json:"pay_method" doc:"How it is paid: card, samsung, trans, vbank, phone, kakaopay and others. Decides which further fields there are."`
	ImpUID      string       `json:"imp_uid" doc:"Iamport's key of the payment."`
	MerchantUID string       `json:"merchant_uid" doc:"The service's key of the order."`
	Name        *string      `json:"name" doc:"Name of the order, for people."`
	Amount      money.Amount `json:"amount" doc:"Amount of the payment, in its currency."`
	// CancelAmount is the sum refunded so far.
	CancelAmount     money.Amount `json:"cancel_amount" doc:"Sum refunded so far, in the same currency; 0 for nothing."`
	Currency         string       `json:"currency" doc:"ISO 4217 code: KRW, USD, EUR, JPY."`
	ReceiptURL       string       `json:"receipt_url" doc:"Page of the receipt, for the customer."`
	CashReceiptIssue bool         `json:"cash_receipt_issue" doc:"Whether a cash receipt was issued. The real Iamport calls it cash_receipt_issued."` // both are read

	Channel       string  `json:"channel" doc:"Where the customer paid: pc, mobile, api."`
	PGProvider    string  `json:"pg_provider" doc:"Payment company behind Iamport, such as html5_inicis or nice."`
	EmbPGProvider *string `json:"emb_pg_provider" doc:"Wallet inside of that company, such as naverpay; null for none."`
	PGID          string  `json:"pg_id" doc:"The merchant's account at that company."`
	PGTID         string  `json:"pg_tid" doc:"That company's key of the transaction."`
	Escrow        bool    `json:"escrow" doc:"Whether the money waits in escrow until delivery."`

	BuyerName        *string `json:"buyer_name" doc:"Name of the customer."`
	BuyerEmail       *string `json:"buyer_email" doc:"E-mail address of the customer."`
	BuyerTel         *string `json:"buyer_tel" doc:"Telephone number of the customer."`
	BuyerAddr        *string `json:"buyer_addr" doc:"Address of the customer."`
	BuyerPostcode    *string `json:"buyer_postcode" doc:"Postal code of the customer."`
	CustomerUID      *string `json:"customer_uid" doc:"Billing key that was charged; null where none was."`
	CustomerUIDUsage *string `json:"customer_uid_usage" doc:"What the billing key was used for: issue, payment and others."`
	CustomData       *string `json:"custom_data" doc:"What the service had kept with the payment, as text."`
	UserAgent        *string `json:"user_agent" doc:"Browser that the customer paid with."`

	Status      Status `json:"status" doc:"ready, paid, failed or cancelled. Refunded in part, it may be paid or cancelled: look at cancel_amount."`
	StartedAt   Time   `json:"started_at" doc:"When the payment was begun, in Unix seconds."`
	PaidAt      Time   `json:"paid_at" doc:"When it was paid, in Unix seconds; 0 for never."`
	FailedAt    Time   `json:"failed_at" doc:"When it failed, in Unix seconds; 0 for never."`
	CancelledAt Time   `json:"cancelled_at" doc:"When it was refunded last, in Unix seconds; 0 for never."`

	FailReason    *string  `json:"fail_reason" doc:"Why it failed; null if it did not."`
	CancelReason  *string  `json:"cancel_reason" doc:"Why it was refunded; null if it was not."`
	CancelHistory []Cancel `json:"cancel_history" doc:"Each refund, oldest first."`
	NoticeURL     string   `json:"notice_url,omitempty" doc:"Where Iamport sends its webhooks of this payment."`

	Card     *Card     `json:"-"` // of MethodCard and MethodSamsung
	VBank    *VBank    `json:"-"` // of MethodVBank
	Transfer *Transfer `json:"-"` // of MethodTransfer
}

// Balance is what can still be cancelled.
func (p Payment) Balance() money.Amount { return p.Amount.Sub(p.CancelAmount) }

// Cancel is one refund in a payment's history.
type Cancel struct {
	PGID        string       `json:"pg_id" doc:"The merchant's account at the payment company."`
	PGTID       string       `json:"pg_tid" doc:"The payment company's key of the refund."`
	Amount      money.Amount `json:"amount" doc:"Amount given back, in the currency of the payment."`
	CancelledAt Time         `json:"cancelled_at" doc:"When it was given back, in Unix seconds."`
	Reason      string       `json:"reason" doc:"Why, as the service said."`
	ReceiptURL  string       `json:"receipt_url" doc:"Page of the receipt of this refund."`
}

// Card is what a card payment adds.
type Card struct {
	CardCode   string `json:"card_code" doc:"Code of the card company."`
	CardName   string `json:"card_name" doc:"Name of the card company or the card."`
	CardNumber string `json:"card_number" doc:"Number of the card, masked by the real Iamport."`
	CardQuota  int    `json:"card_quota" doc:"Months of instalment; 0 for all at once."`
	ApplyNum   string `json:"apply_num" doc:"The card company's number of the approval."`
}

// VBank is what a payment into a virtual account adds.
type VBank struct {
	VBankCode     string `json:"vbank_code" doc:"Code of the bank."`
	VBankName     string `json:"vbank_name" doc:"Name of the bank."`
	VBankNum      string `json:"vbank_num" doc:"Number of the account."`
	VBankHolder   string `json:"vbank_holder" doc:"Name of the account, as the customer sees it when paying in."`
	VBankDate     Time   `json:"vbank_date" doc:"Until when a deposit is taken, in Unix seconds."`
	VBankIssuedAt Millis `json:"vbank_issued_at" doc:"When the account was opened, in Unix seconds; in milliseconds from the fake of the original."`
}

// Transfer is what a bank transfer adds.
type Transfer struct {
	BankCode string `json:"bank_code" doc:"Code of the bank."`
	BankName string `json:"bank_name" doc:"Name of the bank."`
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
