package toss

import api "github.com/samchon/payments-server/api/toss"

// shapes are what a body must look like in each style.
//
// The reference has the types that its clients share with it. The patterns that
// its later versions check are not here: the first generation of its clients
// breaks them.
//
// The real gateway has the limits of https://docs.tosspayments.com/reference.
// What a contract may make a must is none here, such as customerIdentityNumber
// of a key-in.
type shapes struct{ reference, real shape }

var keyInShapes = shapes{
	reference: shape{
		literal("method", "card"), text("cardNumber"), text("cardExpirationYear"), text("cardExpirationMonth"),
		maybe(text("cardPassword")), maybe(number("cardInstallmentPlan")), number("amount"), maybe(number("taxFreeAmount")),
		text("orderId"), maybe(text("orderName")), maybe(text("customerBirthday")), maybe(text("customerEmail")),
		maybe(vbv), maybe(boolean("__approved")),
	},
	real: shape{
		minimum(100), orderID, orderName, cardNumber, cardYear, cardMonth, maybe(identity), maybe(cardPassword),
		maybe(installments), maybe(boolean("useCardPoint")), maybe(number("taxFreeAmount")), maybe(customerName),
		maybe(customerEmail), maybe(boolean("__approved")),
	},
}

var virtualAccountShapes = shapes{
	reference: shape{
		literal("method", "virtual-account"), text("orderId"), text("orderName"), text("bank"), text("customerName"),
		number("amount"), maybe(number("validHours")), maybe(boolean("__approved")),
	},
	real: shape{
		minimum(200), orderID, orderName, customerName, bank, maybe(validHours), maybe(customerEmail),
		maybe(boolean("__approved")),
	},
}

var confirmShapes = shapes{
	reference: shape{text("paymentKey"), text("orderId"), number("amount")}, // which it lacks
	real:      shape{upTo("paymentKey", 200, ""), orderID, number("amount")},
}

var approveShapes = shapes{
	reference: shape{text("orderId"), number("amount")},
	real:      shape{orderID, number("amount")},
}

var cancelShapes = shapes{
	reference: shape{
		text("paymentKey"), text("cancelReason"), maybe(number("cancelAmount")),
		maybe(object("refundReceiveAccount", text("bank"), text("accountNumber"), text("holderName"))),
		maybe(number("taxAmount")), maybe(number("taxFreeAmount")), maybe(number("refundableAmount")),
	},
	real: shape{
		upTo("cancelReason", 200, ""), maybe(number("cancelAmount")),
		maybe(object("refundReceiveAccount", bank, accountNumber, upTo("holderName", 60, ""))),
		maybe(number("taxAmount")), maybe(number("taxFreeAmount")), maybe(number("refundableAmount")),
	},
}

var storeBillingShapes = shapes{
	reference: shape{
		text("customerKey"), text("cardNumber"), text("cardExpirationYear"), text("cardExpirationMonth"),
		text("cardPassword"), text("customerBirthday"), maybe(text("consumerName")), maybe(text("customerEmail")), maybe(vbv),
	},
	real: shape{
		customerKey, cardNumber, cardYear, cardMonth, identity, maybe(cardPassword), maybe(customerName),
		maybe(customerEmail),
	},
}

var issueBillingShapes = shapes{
	reference: shape{text("authKey"), text("customerKey")}, // which it lacks
	real:      shape{upTo("authKey", 300, ""), customerKey},
}

var authorizeBillingShapes = shapes{
	reference: shape{text("customerKey")},
	real:      shape{text("customerKey")}, // which it lacks
}

var chargeBillingShapes = shapes{
	reference: shape{
		literal("method", "billing"), text("billingKey"), text("customerKey"), text("orderId"), number("amount"),
	},
	real: shape{minimum(100), customerKey, orderID, orderName, maybe(customerName), maybe(customerEmail)},
}

var cashReceiptShapes = shapes{
	reference: shape{
		receiptType, text("paymentKey"), text("orderId"), text("orderName"), text("registrationNumber"), number("amount"),
		maybe(number("taxFreeAmount")), maybe(text("businessNumber")),
	},
	real: shape{
		number("amount"), orderID, orderName, receiptType, maybe(upTo("customerIdentityNumber", 30, "")),
		maybe(upTo("registrationNumber", 30, "")), maybe(number("taxFreeAmount")), maybe(text("businessNumber")),
	},
}

// webhookShapes are those of the fake's own receiver, which is of the reference.
var webhookShapes = shapes{reference: webhookShape, real: webhookShape}

// windowShapes are the orders that a shop's page may open a payment window for,
// which is of the real gateway.
var windowShapes = struct{ card, account, billing shape }{
	card:    shape{minimum(100), orderID, orderName, maybe(customerName)},
	account: shape{minimum(200), orderID, orderName, maybe(customerName), maybe(validHours)},
	billing: shape{customerKey},
}

// Members that several calls have.
var (
	orderID       = matching("orderId", `[A-Za-z0-9_=-]{6,64}`, codeInvalidOrderID)
	orderName     = upTo("orderName", 100, "INVALID_ORDER_NAME")
	customerKey   = matching("customerKey", `[A-Za-z0-9_=.@-]{2,300}`, "INVALID_CUSTOMER_KEY")
	customerName  = upTo("customerName", 100, "")
	customerEmail = upTo("customerEmail", 100, "INVALID_EMAIL")
	identity      = matching("customerIdentityNumber", `[0-9]{6}|[0-9]{10}`, "INVALID_BIRTH_DAY_FORMAT")
	cardNumber    = matching("cardNumber", `[0-9]{1,20}`, "INVALID_CARD_NUMBER")
	cardYear      = matching("cardExpirationYear", `[0-9]{2}`, "INVALID_CARD_EXPIRATION")
	cardMonth     = matching("cardExpirationMonth", `0[1-9]|1[0-2]`, "INVALID_CARD_EXPIRATION")
	cardPassword  = matching("cardPassword", `[0-9]{2}`, "INVALID_CARD_PASSWORD")
	installments  = whole("cardInstallmentPlan", payable, "INVALID_CARD_INSTALLMENT_PLAN")
	bank          = upTo("bank", 100, "INVALID_BANK")
	accountNumber = matching("accountNumber", `[0-9]{1,20}`, "INVALID_REFUND_ACCOUNT_NUMBER")
	validHours    = whole("validHours", inNinetyDays, "EXCEED_MAX_VALID_HOURS")
	receiptType   = literal("type", api.CashReceiptIncomeDeduction, api.CashReceiptExpenditure)
	vbv           = object("vbv", text("cavv"), text("xid"), text("eci"))

	webhookShape = shape{
		literal("eventType", api.EventPaymentStatusChanged),
		object("data", text("paymentKey"), text("orderId"),
			literal("status", "WAITING_FOR_DEPOSIT", "DONE", "CANCELED", "PARTIAL_CANCELED")),
	}
)

// minimum is the least that can be paid.
func minimum(won int64) member { return from("amount", won, codeBelowMinimumAmount) }

func inNinetyDays(hours int) bool { return 1 <= hours && hours <= 90*24 }

// payable is how many months an instalment plan may have; 0 is none.
func payable(months int) bool { return months == 0 || 2 <= months && months <= 12 }
