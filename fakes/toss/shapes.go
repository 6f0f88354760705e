package toss

import api "github.com/samchon/payments-server/api/toss"

// shapes are the bodies that the calls want.
type shapes struct {
	confirm, approve, keyIn, virtualAccount, cancel             shape
	storeBilling, issueBilling, authorizeBilling, chargeBilling shape
	cashReceipt, webhook                                        shape
}

func (s *Server) shapes() shapes {
	if s.real() {
		return realShapes
	}
	return referenceShapes
}

// referenceShapes are the types of the reference, which its clients share; what
// it lacks is as at the real gateway. The patterns that its later versions check
// are not here: the first generation of its clients breaks them.
var referenceShapes = shapes{
	confirm: shape{text("paymentKey"), text("orderId"), number("amount")},
	approve: shape{text("orderId"), number("amount")},
	keyIn: shape{
		literal("method", "card"), text("cardNumber"), text("cardExpirationYear"), text("cardExpirationMonth"),
		maybe(text("cardPassword")), maybe(number("cardInstallmentPlan")), number("amount"), maybe(number("taxFreeAmount")),
		text("orderId"), maybe(text("orderName")), maybe(text("customerBirthday")), maybe(text("customerEmail")),
		maybe(vbv), maybe(boolean("__approved")),
	},
	virtualAccount: shape{
		literal("method", "virtual-account"), text("orderId"), text("orderName"), text("bank"), text("customerName"),
		number("amount"), maybe(boolean("__approved")),
	},
	cancel: shape{
		text("paymentKey"), text("cancelReason"), maybe(number("cancelAmount")),
		maybe(object("refundReceiveAccount", text("bank"), text("accountNumber"), text("holderName"))),
		maybe(number("taxAmount")), maybe(number("taxFreeAmount")), maybe(number("refundableAmount")),
	},
	storeBilling: shape{
		text("customerKey"), text("cardNumber"), text("cardExpirationYear"), text("cardExpirationMonth"),
		text("cardPassword"), text("customerBirthday"), maybe(text("consumerName")), maybe(text("customerEmail")), maybe(vbv),
	},
	issueBilling:     shape{text("authKey"), text("customerKey")},
	authorizeBilling: shape{text("customerKey")},
	chargeBilling: shape{
		literal("method", "billing"), text("billingKey"), text("customerKey"), text("orderId"), number("amount"),
	},
	cashReceipt: shape{
		receiptType, text("paymentKey"), text("orderId"), text("orderName"), text("registrationNumber"), number("amount"),
		maybe(number("taxFreeAmount")), maybe(text("businessNumber")),
	},
	webhook: webhookShape,
}

// realShapes have the limits of https://docs.tosspayments.com/reference. What a
// contract may make a must (customerIdentityNumber of a key-in) is none here.
var realShapes = shapes{
	confirm: shape{upTo(200, "paymentKey", ""), orderID, number("amount")},
	approve: shape{orderID, number("amount")},
	keyIn: shape{
		minimum(100), orderID, orderName, cardNumber, cardYear, cardMonth, maybe(identity), maybe(cardPassword),
		maybe(installments), maybe(number("taxFreeAmount")), maybe(customerName), maybe(customerEmail),
		maybe(boolean("__approved")),
	},
	virtualAccount: shape{
		minimum(200), orderID, orderName, customerName, upTo(100, "bank", "INVALID_BANK"), maybe(validHours),
		maybe(customerEmail),
	},
	cancel: shape{
		upTo(200, "cancelReason", ""), maybe(number("cancelAmount")), maybe(number("refundableAmount")),
		maybe(object("refundReceiveAccount", upTo(100, "bank", "INVALID_BANK"),
			matching("accountNumber", `[0-9]{1,20}`, "INVALID_REFUND_ACCOUNT_NUMBER"), upTo(60, "holderName", ""))),
		maybe(number("taxFreeAmount")), maybe(number("taxAmount")),
	},
	storeBilling: shape{
		customerKey, cardNumber, cardYear, cardMonth, identity, maybe(cardPassword), maybe(customerName),
		maybe(customerEmail),
	},
	issueBilling:     shape{upTo(300, "authKey", ""), customerKey},
	authorizeBilling: shape{text("customerKey")}, // a call of the reference only
	chargeBilling:    shape{minimum(100), customerKey, orderID, orderName, maybe(customerName), maybe(customerEmail)},
	cashReceipt: shape{
		number("amount"), orderID, orderName, receiptType, maybe(upTo(30, "customerIdentityNumber", "")),
		maybe(upTo(30, "registrationNumber", "")), maybe(number("taxFreeAmount")), maybe(text("businessNumber")),
	},
	webhook: webhookShape,
}

// windowShapes are the orders that a shop's page may open a payment window for.
var windowShapes = struct{ card, account, billing shape }{
	card:    shape{minimum(100), orderID, orderName, maybe(customerName)},
	account: shape{minimum(200), orderID, orderName, maybe(customerName), maybe(validHours)},
	billing: shape{customerKey},
}

// Members that several calls have.
var (
	orderID       = matching("orderId", `[A-Za-z0-9_=-]{6,64}`, codeInvalidOrderID)
	orderName     = upTo(100, "orderName", "INVALID_ORDER_NAME")
	customerKey   = matching("customerKey", `[A-Za-z0-9_=.@-]{2,300}`, "INVALID_CUSTOMER_KEY")
	customerName  = upTo(100, "customerName", "")
	customerEmail = upTo(100, "customerEmail", "INVALID_EMAIL")
	identity      = matching("customerIdentityNumber", `[0-9]{6}|[0-9]{10}`, "INVALID_BIRTH_DAY_FORMAT")
	cardNumber    = matching("cardNumber", `[0-9]{1,20}`, "INVALID_CARD_NUMBER")
	cardYear      = matching("cardExpirationYear", `[0-9]{2}`, "INVALID_CARD_EXPIRATION")
	cardMonth     = matching("cardExpirationMonth", `0[1-9]|1[0-2]`, "INVALID_CARD_EXPIRATION")
	cardPassword  = matching("cardPassword", `[0-9]{2}`, "INVALID_CARD_PASSWORD")
	installments  = whole("cardInstallmentPlan", "INVALID_CARD_INSTALLMENT_PLAN", payable)
	validHours    = whole("validHours", "EXCEED_MAX_VALID_HOURS", func(n int) bool { return 1 <= n && n <= 90*24 })
	receiptType   = literal("type", api.CashReceiptIncomeDeduction, api.CashReceiptExpenditure)
	vbv           = object("vbv", text("cavv"), text("xid"), text("eci"))

	webhookShape = shape{
		literal("eventType", api.EventPaymentStatusChanged),
		object("data", text("paymentKey"), text("orderId"),
			literal("status", "WAITING_FOR_DEPOSIT", "DONE", "CANCELED", "PARTIAL_CANCELED")),
	}
)

// minimum is the least that can be paid.
func minimum(won int64) member { return from(won, "amount", codeBelowMinimumAmount) }

// payable is how many months an instalment plan may have; 0 is none.
func payable(months int) bool { return months == 0 || 2 <= months && months <= 12 }
