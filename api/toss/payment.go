package toss

import (
	"encoding/json"

	"github.com/samchon/payments-server/api/money"
)

// Method is how a payment was paid. Toss answers in Korean unless the shop's API
// version or locale says otherwise; further methods may appear at any time.
type Method string

const (
	MethodCard            Method = "카드"
	MethodVirtualAccount  Method = "가상계좌"
	MethodTransfer        Method = "계좌이체"
	MethodMobilePhone     Method = "휴대폰"
	MethodGiftCertificate Method = "상품권"
	MethodEasyPay         Method = "간편결제"
)

// Status is the state of a payment; further states may appear at any time.
type Status string

const (
	StatusReady             Status = "READY"
	StatusInProgress        Status = "IN_PROGRESS"         // authenticated, to be confirmed
	StatusWaitingForDeposit Status = "WAITING_FOR_DEPOSIT" // a virtual account without its money
	StatusDone              Status = "DONE"
	StatusCanceled          Status = "CANCELED"
	StatusPartialCanceled   Status = "PARTIAL_CANCELED" // may have nothing left: look at BalanceAmount
	StatusAborted           Status = "ABORTED"
	StatusExpired           Status = "EXPIRED"
)

// Payment is one payment. Of Card, VirtualAccount, Transfer, MobilePhone and
// GiftCertificate the one that Method names is set.
type Payment struct {
	MID                string              `json:"mId"`
	Version            string              `json:"version"`
	PaymentKey         string              `json:"paymentKey"`
	TransactionKey     string              `json:"transactionKey,omitempty"`     // API version 1.3 and the fakes
	LastTransactionKey string              `json:"lastTransactionKey,omitempty"` // its name since 1.4
	OrderID            string              `json:"orderId"`
	OrderName          string              `json:"orderName"`
	Type               string              `json:"type"` // NORMAL, BILLING, BRANDPAY
	Method             Method              `json:"method"`
	Status             Status              `json:"status"`
	Currency           string              `json:"currency"`
	TotalAmount        money.Amount        `json:"totalAmount"`
	BalanceAmount      money.Amount        `json:"balanceAmount"` // what can still be refunded
	SuppliedAmount     money.Amount        `json:"suppliedAmount"`
	TaxFreeAmount      money.Amount        `json:"taxFreeAmount"`
	VAT                money.Amount        `json:"vat"`
	UseEscrow          bool                `json:"useEscrow"`
	CultureExpense     bool                `json:"cultureExpense"`
	RequestedAt        Time                `json:"requestedAt"`
	ApprovedAt         Time                `json:"approvedAt"` // null until approved
	Cancels            []Cancel            `json:"cancels"`    // null until the first one
	CashReceipt        *CashReceiptSummary `json:"cashReceipt"`
	Card               *Card               `json:"card,omitempty"`
	VirtualAccount     *VirtualAccount     `json:"virtualAccount,omitempty"`
	Transfer           *Transfer           `json:"transfer,omitempty"`
	MobilePhone        *MobilePhone        `json:"mobilePhone,omitempty"`
	GiftCertificate    *GiftCertificate    `json:"giftCertificate,omitempty"`
	Secret             string              `json:"secret,omitempty"` // also in DEPOSIT_CALLBACK; proves its origin
	Failure            *Failure            `json:"failure,omitempty"`

	// Raw is the payment in the gateway's own bytes, with the fields this type
	// does not know. Reading sets it, writing ignores it.
	Raw json.RawMessage `json:"-"`
}

// Card is how a card payment was paid.
type Card struct {
	Company               string `json:"company,omitempty"` // 신한카드; until API version 2022-11-16
	IssuerCode            string `json:"issuerCode,omitempty"`
	AcquirerCode          string `json:"acquirerCode,omitempty"`
	Number                string `json:"number"`
	InstallmentPlanMonths int    `json:"installmentPlanMonths"`
	IsInterestFree        bool   `json:"isInterestFree"`
	ApproveNo             string `json:"approveNo"`
	UseCardPoint          bool   `json:"useCardPoint"`
	CardType              string `json:"cardType"`      // 신용, 체크, 기프트
	OwnerType             string `json:"ownerType"`     // 개인, 법인
	AcquireStatus         string `json:"acquireStatus"` // READY, REQUESTED, COMPLETED, CANCEL_REQUESTED, CANCELED
	ReceiptURL            string `json:"receiptUrl,omitempty"`
}

// VirtualAccount is a bank account made for one payment.
type VirtualAccount struct {
	AccountNumber    string `json:"accountNumber"`
	AccountType      string `json:"accountType"` // 일반, 고정
	Bank             string `json:"bank,omitempty"`
	BankCode         string `json:"bankCode,omitempty"`
	CustomerName     string `json:"customerName"`
	DueDate          string `json:"dueDate"` // a date or a moment, by version; ParseTime reads both
	Expired          bool   `json:"expired"`
	SettlementStatus string `json:"settlementStatus"` // INCOMPLETED, COMPLETED
	RefundStatus     string `json:"refundStatus"`     // NONE, PENDING, FAILED, PARTIAL_FAILED, COMPLETED
}

// Transfer is a payment from the customer's bank account.
type Transfer struct {
	Bank             string `json:"bank,omitempty"`
	BankCode         string `json:"bankCode,omitempty"`
	SettlementStatus string `json:"settlementStatus"`
}

// MobilePhone is a payment on the customer's telephone bill.
type MobilePhone struct {
	Carrier             string          `json:"carrier,omitempty"`
	CustomerMobilePhone json.RawMessage `json:"customerMobilePhone,omitempty"` // a number, or an object, by version
	SettlementStatus    string          `json:"settlementStatus"`
}

// GiftCertificate is a payment by voucher.
type GiftCertificate struct {
	ApproveNo        string `json:"approveNo"`
	SettlementStatus string `json:"settlementStatus"` // COMPLETE, INCOMPLETE: spelled unlike all others
}

// Failure is why a payment was aborted.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// UnmarshalJSON keeps the bytes beside the fields.
func (p *Payment) UnmarshalJSON(b []byte) error {
	type fields Payment // without this method
	if err := json.Unmarshal(b, (*fields)(p)); err != nil {
		return err
	}
	p.Raw = append(json.RawMessage(nil), b...)
	return nil
}
