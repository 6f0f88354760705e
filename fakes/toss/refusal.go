package toss

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	api "github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/internal/front"
)

// refusal is an answer that is not a success, in both styles.
type refusal struct {
	reference int    // HTTP status of the reference; 0 where it knows no such refusal
	text      string // what the reference says
	code      string // the real gateway's; its status and message are in codes.tsv
}

func (r refusal) Error() string { return cmp.Or(r.text, r.code) }

// malformed refuses a request that no version of the gateway understands.
func malformed(format string, args ...any) refusal {
	return refusal{reference: http.StatusBadRequest, text: fmt.Sprintf(format, args...), code: api.CodeInvalidRequest}
}

// The rest of what the reference knows, each with the code that the real gateway has for it.

func forbidden(code, text string) refusal { return refusal{http.StatusForbidden, text, code} }

func missing(code, format string, args ...any) refusal {
	return refusal{http.StatusNotFound, fmt.Sprintf(format, args...), code}
}

func unprocessable(code, format string, args ...any) refusal {
	return refusal{http.StatusUnprocessableEntity, fmt.Sprintf(format, args...), code}
}

// requested is the refusal that a TossPayments-Test-Code asks for.
func requested(code string) refusal {
	if _, known := vendorErrors()[code]; !known {
		return refusal{code: codeInvalidTestCode}
	}
	return refusal{code: code}
}

// fail writes the error in this style. An empty body is never written: the
// first generation of the published client takes one for a success.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var refused refusal
	var breached breach
	switch {
	case errors.As(err, &breached) && s.real():
		writeVendor(w, r, breached.code)
	case errors.As(err, &breached):
		writeTypia(w, breached)
	case !errors.As(err, &refused):
		s.refuse(w, http.StatusInternalServerError, err.Error())
	case !s.real() && refused.reference != 0:
		writeNest(w, refused.reference, refused.text)
	default:
		writeVendor(w, r, refused.code)
	}
}

// refuse writes an error that has no code of its own.
func (s *Server) refuse(w http.ResponseWriter, status int, text string) {
	if !s.real() {
		writeNest(w, status, text)
		return
	}
	writeJSON(w, status, vendorBody{Code: api.CodeCommonError, Message: text})
}

// refuseByPlan answers with what a fault plan asks for. With a code it is the
// vendor's own refusal, also in the reference style; one that is not in the table
// has the status that most have.
func (s *Server) refuseByPlan(w http.ResponseWriter, r *http.Request, why front.Refusal) {
	if why.Code == "" {
		s.refuse(w, why.Status, why.Message)
		return
	}
	e := vendorErrors()[why.Code]
	writeJSON(w, cmp.Or(why.Status, e.status, http.StatusBadRequest), vendorBody{
		Code: why.Code, Message: cmp.Or(why.Message, e.message(r)),
	})
}

type vendorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func writeVendor(w http.ResponseWriter, r *http.Request, code string) {
	e := vendorErrors()[code]
	writeJSON(w, e.status, vendorBody{Code: code, Message: e.message(r)})
}

func writeNest(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, struct {
		StatusCode int    `json:"statusCode"`
		Message    string `json:"message"`
		Error      string `json:"error"`
	}{status, text, http.StatusText(status)})
}

// writeTypia is how the reference's validator refuses.
func writeTypia(w http.ResponseWriter, b breach) {
	writeJSON(w, http.StatusBadRequest, struct {
		Path     string          `json:"path"`
		Expected string          `json:"expected"`
		Value    json.RawMessage `json:"value,omitempty"`
		Message  string          `json:"message"`
	}{b.path, b.expected, b.value, "Request body data is not following the promised type."})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the sender may have left
}
