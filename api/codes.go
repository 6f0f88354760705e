package api

import "errors"

// What Problem.Code may be. docs/errors.md says what to do about each; the
// Client has already sent the request again where that can help.
const (
	CodeAlreadyRegistered    = "already_registered"
	CodeBodyTooLarge         = "body_too_large"
	CodeDatabaseUnavailable  = "database_unavailable"
	CodeHistoryNotFound      = "history_not_found"
	CodeIdempotencyKeyReused = "idempotency_key_reused"
	CodeInProgress           = "in_progress"
	CodeInternalError        = "internal_error"
	CodeInvalidBody          = "invalid_body"
	CodeInvalidRequest       = "invalid_request"
	CodeMethodNotAllowed     = "method_not_allowed"
	CodeNoSuchRoute          = "no_such_route"
	CodeNotImplemented       = "not_implemented"
	CodeOrderMismatch        = "order_mismatch"
	CodePGDeclined           = "pg_declined"
	CodePGOutcomeUnknown     = "pg_outcome_unknown"
	CodePGUnavailable        = "pg_unavailable"
	CodePriceMismatch        = "price_mismatch"
	CodeReservationNotFound  = "reservation_not_found"
	CodeTooManyAttempts      = "too_many_attempts"
	CodeUndecryptableBody    = "undecryptable_body"
	CodeUndoRefused          = "undo_refused"
	CodeUnknownVendor        = "unknown_vendor"
	CodeWrongPassword        = "wrong_password"
)

// IsCode reports whether err is, or wraps, a Problem with this code.
func IsCode(err error, code string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Code == code
}
