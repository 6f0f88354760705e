package api

import (
	"encoding/json"
	"fmt"

	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
)

// History is the record of one payment.
type History struct {
	ID         string     `json:"id" format:"uuid" doc:"The record's id." example:"7c0ffee0-7c0f-4c0f-8c0f-7c0ffee07c01"`
	VendorCode VendorCode `json:"vendor_code" enum:"iamport,toss.payments" doc:"Tells which gateway's object data is; the same as vendor.code."`
	Vendor     Vendor     `json:"vendor" doc:"Where the gateway keeps the payment."`
	Source     Source     `json:"source" doc:"Where the service keeps the order."`
	// Data is the gateway's payment as of the last look; Iamport and Toss read it.
	Data        json.RawMessage `json:"data" doc:"The gateway's own payment object, as of the last look at the gateway."`
	Currency    string          `json:"currency" example:"KRW" doc:"ISO 4217 code."`
	Price       money.Amount    `json:"price" doc:"Amount of the payment." example:"20000"`
	Refund      *money.Amount   `json:"refund" nullable:"true" doc:"Amount given back so far; null when nothing was."`
	WebhookURL  *string         `json:"webhook_url" doc:"Where the service hears of changes." example:"https://shop.internal/payments/webhook"`
	CreatedAt   Time            `json:"created_at" doc:"When the record was stored." example:"2026-03-01T12:00:01.250Z"`
	PaidAt      *Time           `json:"paid_at" nullable:"true" doc:"When the money was captured; null until then." example:"2026-03-01T12:00:01.000Z"`
	CancelledAt *Time           `json:"cancelled_at" nullable:"true" doc:"When the first refund happened; it stays. Null until then."`
	Cancels     []Cancel        `json:"cancels" nullable:"false" doc:"Refunds, oldest first."`
}

// Iamport returns Data of a payment at Iamport.
func (h *History) Iamport() (*iamport.Payment, error) {
	return dataOf[iamport.Payment](h.VendorCode, Iamport, h.Data)
}

// Toss returns Data of a payment at Toss Payments.
func (h *History) Toss() (*toss.Payment, error) {
	return dataOf[toss.Payment](h.VendorCode, Toss, h.Data)
}

// dataOf reads a gateway's object, unless it is of another gateway.
func dataOf[T any](code, want VendorCode, data json.RawMessage) (*T, error) {
	if code != want {
		return nil, fmt.Errorf("the record is of %s, not of %s", code, want)
	}
	out := new(T)
	if err := json.Unmarshal(data, out); err != nil {
		return nil, fmt.Errorf("read data of %s: %w", code, err)
	}
	return out, nil
}

// Cancel is one refund.
type Cancel struct {
	Price     money.Amount `json:"price" doc:"Amount given back." example:"5000"`
	Reason    string       `json:"reason" doc:"As the service gave it." example:"one of two came broken"`
	CreatedAt Time         `json:"created_at" doc:"When the gateway gave the money back." example:"2026-03-02T09:30:00.000Z"`
	Time      Time         `json:"time" doc:"The same as created_at; the original's clients may see it." example:"2026-03-02T09:30:00.000Z"`
}

// StoreHistory asks to capture a payment and keep its record.
type StoreHistory struct {
	Vendor     Vendor       `json:"vendor" doc:"Where the gateway keeps the payment."`
	Source     Source       `json:"source" doc:"Where the service keeps the order."`
	WebhookURL string       `json:"webhook_url" format:"uri" maxLength:"1024" doc:"Where the service wants to hear of changes." example:"https://shop.internal/payments/webhook"`
	Price      money.Amount `json:"price" minimum:"0" doc:"What the service expects to be paid. A payment of another amount is refunded and refused." example:"20000"`
	Password   string       `json:"password" maxLength:"1024" doc:"Will be needed to read the record; nobody can recover it." example:"of this record only"`
}

// CancelHistory asks for a refund, whole or in part.
type CancelHistory struct {
	Source   Source         `json:"source" doc:"Where the service keeps the order."`
	Password string         `json:"password" maxLength:"1024" doc:"Password that the record was stored with." example:"of this record only"`
	Price    money.Amount   `json:"price" minimum:"0" doc:"Amount to give back; more than 0." example:"5000"`
	Reason   string         `json:"reason" maxLength:"200" doc:"Why; the gateway shows it to the merchant." example:"one of two came broken"`
	Account  *RefundAccount `json:"account" required:"true" doc:"Where a virtual account's deposit goes back to; null otherwise."`
}

// RefundAccount receives the refund of a deposit.
type RefundAccount struct {
	Bank    string `json:"bank" maxLength:"60" doc:"Bank, by the name or code that the gateway knows." example:"신한은행"`
	Account string `json:"account" maxLength:"60" doc:"Account number." example:"110123456789"`
	Holder  string `json:"holder" maxLength:"60" doc:"Name of the account's holder." example:"홍길동"`
	Mobile  string `json:"mobile" maxLength:"60" doc:"Telephone number of the holder." example:"010-1234-5678"`
}
