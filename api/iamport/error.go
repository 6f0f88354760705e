package iamport

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrNotFound is what an *Error of status 404 wraps: the gateway does not know
// the payment, the card or the receipt that was asked for.
var ErrNotFound = errors.New("not found")

// Error is a refusal by the gateway. The request arrived and was answered; it
// is not the error of a connection, after which nobody knows.
type Error struct {
	Status  int    // of HTTP; it may be 200
	Code    int    // the envelope's; 0 when there was no envelope
	Message string // the gateway's words, often Korean
	Body    []byte // the gateway's answer as it came

	ofToken bool // it answers a request for a token
}

// Error says what the gateway said.
func (e *Error) Error() string {
	text := e.Message
	if text == "" {
		text = http.StatusText(e.Status)
	}
	if e.Code != 0 {
		return fmt.Sprintf("iamport answered %d, code %d: %s", e.Status, e.Code, text)
	}
	return fmt.Sprintf("iamport answered %d: %s", e.Status, text)
}

// Is makes errors.Is(err, ErrNotFound) true for a 404.
func (e *Error) Is(target error) bool {
	return target == ErrNotFound && e.Status == http.StatusNotFound
}

// RefusesToken tells a refusal of the token, or of the keys, from one of the
// request, which the gateway then has not looked at. The real gateway answers 401;
// the reference fake 403, or 404 for a token it forgot. Whatever is answered to the
// request for a token is one, too.
func (e *Error) RefusesToken() bool {
	if e.ofToken {
		return true
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusNotFound:
		return strings.Contains(strings.ToLower(e.Message), "token")
	}
	return false
}

// newError reads what it can from a refusal: the real gateway sends an
// envelope, the fake a body with message and statusCode.
func newError(status int, body []byte) *Error {
	e := &Error{Status: status, Body: body}
	var text struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &text) == nil {
		e.Code, e.Message = text.Code, text.Message
	}
	return e
}
