package payment

import (
	"errors"
	"fmt"
)

// Code is a stable, machine-readable name of what went wrong. Clients branch on
// it, so a code is never renamed.
type Code string

// Every code that the domain returns. The worker owns the table from code to status.
const (
	CodeInvalid            Code = "invalid_request"
	CodeUnknownVendor      Code = "unknown_vendor"
	CodeHistoryNotFound    Code = "history_not_found"
	CodeReservationUnknown Code = "reservation_not_found"
	CodeWrongPassword      Code = "wrong_password"
	CodeTooManyAttempts    Code = "too_many_attempts"
	CodeAlreadyRegistered  Code = "already_registered"
	CodeInProgress         Code = "in_progress"
	CodePriceMismatch      Code = "price_mismatch"
	CodeOrderMismatch      Code = "order_mismatch"
	CodeUndoRefused        Code = "undo_refused"
	CodeDeclined           Code = "pg_declined"
	CodeOutcomeUnknown     Code = "pg_outcome_unknown"
	CodeUnavailable        Code = "pg_unavailable"
)

// Error is what the domain tells a client. Its message holds no secret.
type Error struct {
	Code    Code
	Message string
	cause   error
}

func (e *Error) Error() string {
	if e.cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.cause.Error()
}

// Unwrap gives the cause, for logs and for a *Declined that carries the PG's words.
func (e *Error) Unwrap() error { return e.cause }

func failf(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), cause: cause}
}

// What a Store answers, for the domain to branch on.
var (
	// ErrNotFound means that no row has that key.
	ErrNotFound = errors.New("no such record")
	// ErrDuplicate means that the source or the payment has a record or an open intent already.
	ErrDuplicate = errors.New("already registered")
	// ErrStale means that the record has changed since it was read.
	ErrStale = errors.New("record has changed meanwhile")
	// ErrUnavailable means that the store is away for now. What was being committed
	// may or may not be.
	ErrUnavailable = errors.New("store is unavailable")
)
