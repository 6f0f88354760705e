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
	MID                string              `json:"mId" doc:"The merchant's account at Toss Payments."`
	Version            string              `json:"version" doc:"Version of the API that wrote this object, such as 2022-11-16."`
	PaymentKey         string              `json:"paymentKey" doc:"Toss Payments' key of the payment."`
	TransactionKey     string              `json:"transactionKey,omitempty" doc:"Key of the last transaction, in version 1.3 and the fakes."`
	LastTransactionKey string              `json:"lastTransactionKey,omitempty" doc:"Key of the last transaction, since version 1.4: the approval or a refund."`
	OrderID            string              `json:"orderId" doc:"The service's key of the order."`
	OrderName          string              `json:"orderName" doc:"Name of the order, for people."`
	Type               string              `json:"type" doc:"NORMAL, BILLING (with a billing key) or BRANDPAY."`
	Method             Method              `json:"method" doc:"How it is paid: 카드, 가상계좌, 계좌이체, 휴대폰, 상품권, 간편결제 and others. Names the member that has the particulars."`
	Status             Status              `json:"status" doc:"READY, IN_PROGRESS, WAITING_FOR_DEPOSIT, DONE, CANCELED, PARTIAL_CANCELED, ABORTED, EXPIRED and others."`
	Currency           string              `json:"currency" doc:"ISO 4217 code."`
	TotalAmount        money.Amount        `json:"totalAmount" doc:"Amount of the payment, in its currency."`
	BalanceAmount      money.Amount        `json:"balanceAmount" doc:"What can still be refunded, in the same currency."`
	SuppliedAmount     money.Amount        `json:"suppliedAmount" doc:"Amount without the value added tax."`
	TaxFreeAmount      money.Amount        `json:"taxFreeAmount" doc:"The part of the amount that is free of tax."`
	VAT                money.Amount        `json:"vat" doc:"Value added tax in the amount."`
	UseEscrow          bool                `json:"useEscrow" doc:"Whether the money waits in escrow until delivery."`
	CultureExpense     bool                `json:"cultureExpense" doc:"Whether it counts as an expense for culture: books, concerts, museums."`
	RequestedAt        Time                `json:"requestedAt" doc:"When the payment was begun."`
	ApprovedAt         Time                `json:"approvedAt" doc:"When it was approved; null until then. Of a virtual account look at status: it may be approved before the deposit."`
	Cancels            []Cancel            `json:"cancels" doc:"Each refund, oldest first; null before the first one."`
	CashReceipt        *CashReceiptSummary `json:"cashReceipt" doc:"The cash receipt of the payment; null without one."`
	Card               *Card               `json:"card,omitempty" doc:"Particulars of a card."`
	VirtualAccount     *VirtualAccount     `json:"virtualAccount,omitempty" doc:"Particulars of a virtual account."`
	Transfer           *Transfer           `json:"transfer,omitempty" doc:"Particulars of a bank transfer."`
	MobilePhone        *MobilePhone        `json:"mobilePhone,omitempty" doc:"Particulars of a telephone bill."`
	GiftCertificate    *GiftCertificate    `json:"giftCertificate,omitempty" doc:"Particulars of a gift certificate."`
	Secret             string              `json:"secret,omitempty" doc:"Also in the webhook DEPOSIT_CALLBACK, and proves where that came from."`
	Failure            *Failure            `json:"failure,omitempty" doc:"Why the payment was aborted; null if it was not."`

	// Raw is the payment in the gateway's own bytes, with the fields this type
	// does not know. Reading sets it, writing ignores it.
	Raw json.RawMessage `json:"-"`
}

// Card is how a card payment was paid.
type Card struct {
	Company               string `json:"company,omitempty" doc:"Name of the card company, such as 신한카드, until version 2022-11-16."`
	IssuerCode            string `json:"issuerCode,omitempty" doc:"Code of the company that issued the card."`
	AcquirerCode          string `json:"acquirerCode,omitempty" doc:"Code of the company that settles the payment."`
	Number                string `json:"number" doc:"Number of the card, masked by the real Toss Payments."`
	InstallmentPlanMonths int    `json:"installmentPlanMonths" doc:"Months of instalment; 0 for all at once."`
	IsInterestFree        bool   `json:"isInterestFree" doc:"Whether the merchant bears the interest of instalments."`
	ApproveNo             string `json:"approveNo" doc:"The card company's number of the approval."`
	UseCardPoint          bool   `json:"useCardPoint" doc:"Whether the customer paid with points of the card."`
	CardType              string `json:"cardType" doc:"신용 (credit), 체크 (debit) or 기프트 (gift)."`
	OwnerType             string `json:"ownerType" doc:"개인 (a person's) or 법인 (a firm's)."`
	AcquireStatus         string `json:"acquireStatus" doc:"Settlement with the card company: READY, REQUESTED, COMPLETED, CANCEL_REQUESTED, CANCELED."`
	ReceiptURL            string `json:"receiptUrl,omitempty" doc:"Page of the receipt, for the customer."`
}

// VirtualAccount is a bank account made for one payment.
type VirtualAccount struct {
	AccountNumber    string `json:"accountNumber" doc:"Number of the account."`
	AccountType      string `json:"accountType" doc:"일반 (made for this payment) or 고정 (kept for a customer)."`
	Bank             string `json:"bank,omitempty" doc:"Name of the bank, until version 2022-11-16."`
	BankCode         string `json:"bankCode,omitempty" doc:"Code of the bank."`
	CustomerName     string `json:"customerName" doc:"Name of the account, as the customer sees it when paying in."`
	DueDate          string `json:"dueDate" doc:"Until when a deposit is taken: a date or a moment, by version."` // ParseTime reads both
	Expired          bool   `json:"expired" doc:"Whether that time is over."`
	SettlementStatus string `json:"settlementStatus" doc:"Settlement with the merchant: INCOMPLETED or COMPLETED."`
	RefundStatus     string `json:"refundStatus" doc:"State of a refund: NONE, PENDING, FAILED, PARTIAL_FAILED, COMPLETED."`
}

// Transfer is a payment from the customer's bank account.
type Transfer struct {
	Bank             string `json:"bank,omitempty" doc:"Name of the bank, until version 2022-11-16."`
	BankCode         string `json:"bankCode,omitempty" doc:"Code of the bank."`
	SettlementStatus string `json:"settlementStatus" doc:"Settlement with the merchant: INCOMPLETED or COMPLETED."`
}

// MobilePhone is a payment on the customer's telephone bill.
type MobilePhone struct {
	Carrier             string          `json:"carrier,omitempty" doc:"Telephone company, until version 2022-11-16."`
	CustomerMobilePhone json.RawMessage `json:"customerMobilePhone,omitempty" doc:"Telephone number: a text, or an object that masks it, by version."`
	SettlementStatus    string          `json:"settlementStatus" doc:"Settlement with the merchant: INCOMPLETED or COMPLETED."`
}

// GiftCertificate is a payment by voucher.
type GiftCertificate struct {
	ApproveNo        string `json:"approveNo" doc:"The issuer's number of the approval."`
	SettlementStatus string `json:"settlementStatus" doc:"Settlement with the merchant: INCOMPLETE or COMPLETE."` // spelled unlike all others
}

// Failure is why a payment was aborted.
type Failure struct {
	Code    string `json:"code" doc:"Toss Payments' code of the reason."`
	Message string `json:"message" doc:"The reason in words, in Korean."`
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
