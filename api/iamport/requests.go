package iamport

import (
	"encoding/json"

	"github.com/samchon/payments-server/api/money"
)

// In the requests a field without omitempty or omitzero is required by the
// gateway. Two names are misspelled on the wire and have to stay so:
// customr_addr and commpany.

// CancelRequest refunds a payment, named by ImpUID or else by MerchantUID.
type CancelRequest struct {
	ImpUID      string `json:"imp_uid,omitempty"`
	MerchantUID string `json:"merchant_uid,omitempty"`
	// Amount to refund; nil means all that is left.
	Amount *money.Amount `json:"amount,omitempty"`
	// Checksum is the balance that the caller believes in; when it is wrong
	// nothing is refunded. Nil leaves it unchecked. It is what makes repeating
	// a cancel harmless.
	Checksum *money.Amount `json:"checksum"`
	Reason   string        `json:"reason"`
	TaxFree  *money.Amount `json:"tax_free,omitempty"`

	// Where to pay back what came through a virtual account.
	RefundHolder  string `json:"refund_holder,omitempty"`
	RefundBank    string `json:"refund_bank,omitempty"`
	RefundAccount string `json:"refund_account,omitempty"`
	RefundTel     string `json:"refund_tel,omitempty"`

	// EnableWebhook asks the real Iamport to send a webhook of this cancel,
	// which by default it does not.
	EnableWebhook bool `json:"enable_webhook,omitempty"`
}

// CardInput is a card with its owner. It holds secrets: do not log it.
type CardInput struct {
	CardNumber string `json:"card_number"` // dddd-dddd-dddd-dddd
	Expiry     string `json:"expiry"`      // YYYY-MM
	Birth      string `json:"birth"`       // YYMMDD, or ten digits of a business
	Pwd2Digit  string `json:"pwd_2digit,omitempty"`
	CVC        string `json:"cvc,omitempty"`

	CustomerName     string `json:"customer_name,omitempty"`
	CustomerTel      string `json:"customer_tel,omitempty"`
	CustomerEmail    string `json:"customer_email,omitempty"`
	CustomerAddr     string `json:"customr_addr,omitempty"` // sic
	CustomerPostcode string `json:"customer_postcode,omitempty"`
}

// String hides the card from whoever prints it.
func (CardInput) String() string { return "[card]" }

// GoString hides the card from whoever prints it.
func (CardInput) GoString() string { return "[card]" }

// Order is what is bought, and by whom.
type Order struct {
	MerchantUID string        `json:"merchant_uid"`
	Amount      money.Amount  `json:"amount"`
	Name        string        `json:"name"`
	Currency    string        `json:"currency,omitempty"` // KRW when empty
	TaxFree     *money.Amount `json:"tax_free,omitempty"`
	CardQuota   int           `json:"card_quota,omitempty"`

	BuyerName     string `json:"buyer_name,omitempty"`
	BuyerEmail    string `json:"buyer_email,omitempty"`
	BuyerTel      string `json:"buyer_tel,omitempty"`
	BuyerAddr     string `json:"buyer_addr,omitempty"`
	BuyerPostcode string `json:"buyer_postcode,omitempty"`

	InterestFreeByMerchant bool   `json:"interest_free_by_merchant,omitempty"`
	UseCardPoint           bool   `json:"use_card_point,omitempty"`
	CustomData             string `json:"custom_data,omitempty"`
	NoticeURL              string `json:"notice_url,omitempty"` // receives this payment's webhooks
}

// SubscriptionRequest registers a card under a name the caller chooses.
type SubscriptionRequest struct {
	CustomerUID string `json:"customer_uid,omitempty"` // the one in the path wins
	CardInput
}

// OnetimeRequest pays with a card, and registers it when CustomerUID is set.
type OnetimeRequest struct {
	CustomerUID string `json:"customer_uid,omitempty"`
	CardInput
	Order
}

// AgainRequest pays with a card that is registered.
type AgainRequest struct {
	CustomerUID string `json:"customer_uid"`
	Order
}

// VBankRequest opens a virtual account that waits for its payment.
type VBankRequest struct {
	MerchantUID   string       `json:"merchant_uid"`
	Amount        money.Amount `json:"amount"`
	VBankCode     string       `json:"vbank_code"`
	VBankDue      Time         `json:"vbank_due"`
	VBankHolder   string       `json:"vbank_holder"`
	Name          string       `json:"name,omitempty"`
	BuyerName     string       `json:"buyer_name,omitempty"`
	BuyerEmail    string       `json:"buyer_email,omitempty"`
	BuyerTel      string       `json:"buyer_tel,omitempty"`
	BuyerAddr     string       `json:"buyer_addr,omitempty"`
	BuyerPostcode string       `json:"buyer_postcode,omitempty"`
	PG            string       `json:"pg,omitempty"`
	NoticeURL     string       `json:"notice_url,omitempty"`
	CustomData    string       `json:"custom_data,omitempty"`
	PGAPIKey      string       `json:"pg_api_key,omitempty"`
}

// VBankUpdate changes a virtual account; what is nil or zero stays as it is.
type VBankUpdate struct {
	ImpUID   string        `json:"imp_uid"`
	Amount   *money.Amount `json:"amount,omitempty"`
	VBankDue Time          `json:"vbank_due,omitzero"`
}

// ReceiptRequest issues the receipt of a payment in cash.
type ReceiptRequest struct {
	ImpUID         string        `json:"imp_uid"`
	Identifier     string        `json:"identifier"`
	IdentifierType string        `json:"identifier_type,omitempty"` // person, business, phone or taxcard
	Type           string        `json:"type,omitempty"`            // person or company
	BuyerName      string        `json:"buyer_name,omitempty"`
	BuyerEmail     string        `json:"buyer_email,omitempty"`
	BuyerTel       string        `json:"buyer_tel,omitempty"`
	TaxFree        *money.Amount `json:"tax_free,omitempty"`
}

// Receipt is the receipt of a payment in cash.
type Receipt struct {
	ImpUID      string       `json:"imp_uid"`
	ReceiptUID  string       `json:"receipt_uid"`
	ApplyNum    string       `json:"apply_num"`
	Type        string       `json:"type"`
	Amount      money.Amount `json:"amount"`
	VAT         money.Amount `json:"vat"`
	ReceiptURL  string       `json:"receipt_url"`
	AppliedAt   Time         `json:"applied_at"`
	CancelledAt Time         `json:"cancelled_at"`
}

// CertificationRequest sends a one-time password to a person's phone.
type CertificationRequest struct {
	Name        string `json:"name"`
	Phone       string `json:"phone"`
	Birth       string `json:"birth"`        // YYYYMMDD
	GenderDigit string `json:"gender_digit"` // the first of the resident number's second half
	Carrier     string `json:"carrier"`      // SKT, KT or LGT
	IsMVNO      bool   `json:"is_mvno,omitempty"`
	Company     string `json:"commpany,omitempty"` // sic
	MerchantUID string `json:"merchant_uid,omitempty"`
	PG          string `json:"pg,omitempty"`
}

// Certification is the proof that a person holds a phone.
type Certification struct {
	ImpUID       string  `json:"imp_uid"`
	MerchantUID  *string `json:"merchant_uid"`
	Name         string  `json:"name"`
	Gender       string  `json:"gender"`
	Birth        Time    `json:"birth"`
	Birthday     string  `json:"birthday"`
	Foreigner    bool    `json:"foreigner"`
	Phone        string  `json:"phone"`
	Carrier      string  `json:"carrier"`
	Certified    bool    `json:"certified"`
	CertifiedAt  Time    `json:"certified_at"`
	UniqueKey    string  `json:"unique_key"`
	UniqueInSite string  `json:"unique_in_site"`
	PGTID        string  `json:"pg_tid"`
	PGProvider   string  `json:"pg_provider"`
	Origin       string  `json:"origin"`
	// OTP is the password that a person would read on the phone. Only the fake tells it.
	OTP string `json:"__otp,omitempty"`
}

// Prepared is an amount registered in advance for an order.
type Prepared struct {
	MerchantUID string       `json:"merchant_uid"`
	Amount      money.Amount `json:"amount"`
}

// Webhook is what Iamport sends when a payment changes. It is not signed, so it
// proves nothing: look the payment up.
type Webhook struct {
	ImpUID         string `json:"imp_uid"`
	MerchantUID    string `json:"merchant_uid"`
	Status         Status `json:"status"`
	CancellationID string `json:"cancellation_id,omitempty"`
}

// Token is what /users/getToken gives.
type Token struct {
	AccessToken string `json:"access_token"`
	Now         Time   `json:"now"`
	ExpiredAt   Time   `json:"expired_at"`
}

// Envelope surrounds every answer of the gateway.
type Envelope struct {
	Code     int             `json:"code"` // 0 is success, whatever the HTTP status
	Message  string          `json:"message"`
	Response json.RawMessage `json:"response"`
}
