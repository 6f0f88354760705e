package worker

import "github.com/samchon/payments-server/internal/payment"

//go:generate go test . -run TestErrorsPage -update

// kind is what every problem of one code has in common.
type kind struct {
	Status int
	Title  string
	// Help says in docs/errors.md what a client should do.
	Help string
}

// kinds is the one table from code to status.
var kinds = map[string]kind{
	codeInvalidBody: {400, "The request is not valid",
		"Correct the fields that `errors` names. Nothing was done."},
	codeUndecryptable: {400, "The request body cannot be decrypted",
		"Encrypt the JSON with the deployment's key and IV: AES-CBC, PKCS#5, Base64. Whatever is wrong with the body, the answer is this one."},
	codeTooLarge: {413, "The request body is too large",
		"A body may have 1 MiB, a gateway's webhook 64 KiB."},
	codeNoRoute: {404, "There is no such path",
		"Look the path up in `/openapi.json`."},
	codeNoMethod: {405, "The path does not take this method",
		"Look the path up in `/openapi.json`. Reads are PATCH, because they carry a password."},
	codeKeyReused: {422, "The idempotency key was used for another request",
		"Take a new key for a new request; keep the key for a repeated one."},
	codeDatabaseAway: {503, "The database is unavailable",
		"Send the same request again after `Retry-After` seconds; what had been begun is finished, and not done twice."},
	codeInternal: {500, "Internal error",
		"A defect of the server. Its log has the cause under `request_id`. Sending the same request again does no harm."},
	codeNotImplemented: {501, "Not implemented yet",
		"The operation is planned: its types are there for services to be written against. Nothing was done."},

	string(payment.CodeInvalid): {400, "The request is not valid",
		"`detail` says what does not fit. Nothing was done."},
	string(payment.CodeUnknownVendor): {400, "There is no such payment gateway",
		"Use one of the codes of `vendor.code`."},
	string(payment.CodeHistoryNotFound): {404, "Payment history not found",
		"Store the payment first."},
	string(payment.CodeReservationUnknown): {404, "Payment reservation not found",
		"Store the billing key first."},
	string(payment.CodeWrongPassword): {403, "Wrong password",
		"Each record opens with the password that it was stored with, and nobody can recover that."},
	string(payment.CodeTooManyAttempts): {429, "Too many wrong passwords",
		"The password was not looked at. Wait `Retry-After` seconds."},
	string(payment.CodeAlreadyRegistered): {409, "Registered already",
		"The source or the payment has a record with other particulars. An identical request would have been answered with the record."},
	string(payment.CodeInProgress): {409, "Under way already",
		"Another request for the same payment is not finished. Wait `Retry-After` seconds and send the same request again."},
	string(payment.CodePriceMismatch): {422, "Wrong paid amount",
		"The payment is of another amount than `price`. The gateway has given back what had been paid, or closed the virtual account; nothing was stored."},
	string(payment.CodeOrderMismatch): {422, "Payment of another order",
		"The payment belongs to another order than `source.id`. The gateway has given back what had been paid; nothing was stored. " +
			"A payment that has a record is never given back like this: that is `already_registered`. One that its own order has " +
			"yet to store is: so store a payment at once, and name it under the order that it was made for, and no other."},
	string(payment.CodeUndoRefused): {422, "Wrong payment, and not refunded",
		"The payment does not match its order, the gateway holds the money and refuses to give it back. Refund it at the gateway by hand; nothing was stored."},
	string(payment.CodeDeclined): {422, "Declined by the payment gateway",
		"The status is the gateway's own, 422 where it has none; `pg` has its code and message. It did nothing."},
	string(payment.CodeOutcomeUnknown): {502, "Outcome at the payment gateway unknown",
		"The gateway was asked and has not said what it did. The server goes on asking, and finishes or undoes. Send the same request again, under the same `Idempotency-Key`, to learn the outcome."},
	string(payment.CodeUnavailable): {502, "Payment gateway unavailable",
		"The gateway could not be asked. No money was involved. Send the same request again."},
}
