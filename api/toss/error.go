package toss

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Error is an answer of the gateway that is not a success. Errors of the network
// are not of this type: those leave open whether the call was executed.
type Error struct {
	Status  int    // HTTP status
	Code    string // the vendor's error code; "" where the gateway gave none
	Message string // for people; do not branch on it
	Body    []byte // the answer as it came
}

// Codes a caller branches on. Toss adds codes without notice, so the list is
// open. What they mean: https://docs.tosspayments.com/reference/error-codes
const (
	CodeAlreadyCanceled          = "ALREADY_CANCELED_PAYMENT"
	CodeAlreadyProcessed         = "ALREADY_PROCESSED_PAYMENT"
	CodeCommonError              = "COMMON_ERROR"
	CodeConsecutiveRequest       = "FORBIDDEN_CONSECUTIVE_REQUEST"
	CodeDuplicatedOrderID        = "DUPLICATED_ORDER_ID"
	CodeForbiddenRequest         = "FORBIDDEN_REQUEST"
	CodeIdempotentProcessing     = "IDEMPOTENT_REQUEST_PROCESSING"
	CodeInvalidIdempotencyKey    = "INVALID_IDEMPOTENCY_KEY"
	CodeInvalidRequest           = "INVALID_REQUEST"
	CodeNotCancelableAmount      = "NOT_CANCELABLE_AMOUNT"
	CodeNotCancelablePayment     = "NOT_CANCELABLE_PAYMENT"
	CodeNotFound                 = "NOT_FOUND"
	CodeNotFoundPayment          = "NOT_FOUND_PAYMENT"
	CodeNotFoundPaymentSession   = "NOT_FOUND_PAYMENT_SESSION"
	CodeNotMatchesCustomerKey    = "NOT_MATCHES_CUSTOMER_KEY"
	CodeNotMatchesRefundable     = "NOT_MATCHES_REFUNDABLE_AMOUNT"
	CodePartialRefundWaiting     = "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT"
	CodeProviderError            = "PROVIDER_ERROR"
	CodeUnauthorizedKey          = "UNAUTHORIZED_KEY"
	CodeInvalidRefundAccountInfo = "INVALID_REFUND_ACCOUNT_INFO"
)

// Error leaves the body out, which may echo what was sent.
func (e *Error) Error() string {
	words := []string{fmt.Sprintf("toss answered %d %s", e.Status, http.StatusText(e.Status))}
	if e.Code != "" {
		words = append(words, e.Code)
	}
	if e.Message != "" {
		words = append(words, e.Message)
	}
	return strings.Join(words, ": ")
}

// newError reads the vendor's {code, message} and the {statusCode, message,
// error} of the fake servers, which are written in NestJS. A body that is
// neither, such as a load balancer's HTML page, stays in Body only.
func newError(status int, body []byte) *Error {
	e := &Error{Status: status, Body: body}
	var vendor struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &vendor) == nil {
		e.Code, e.Message = vendor.Code, vendor.Message
	}
	return e
}
