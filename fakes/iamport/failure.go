package iamport

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/internal/front"
)

// failure is a refusal, by the status that the reference fake gives it.
type failure struct {
	status  int
	message string
	path    string // of a malformed member, in a 400
}

func (f *failure) Error() string { return f.message }

func malformed(path, message string) error {
	return &failure{http.StatusBadRequest, message, path}
}

// unauthorized is about the keys or the token. The reference fake says 403
// where the real Iamport says 401.
func unauthorized(message string) error { return &failure{http.StatusUnauthorized, message, ""} }

func forbidden(message string) error { return &failure{http.StatusForbidden, message, ""} }

func notFound(what string) error {
	return &failure{http.StatusNotFound, "Unable to find the " + what + ".", ""}
}

func refused(message string) error { return &failure{http.StatusUnprocessableEntity, message, ""} }

// writeFailure answers with a refusal in the server's style. The body is never
// empty: the older published clients take an empty one for success.
func (s *Server) writeFailure(w http.ResponseWriter, f *failure) {
	if s.real() {
		writeRealFailure(w, f)
		return
	}
	status := f.status
	if status == http.StatusUnauthorized {
		status = http.StatusForbidden
	}
	writeJSON(w, status, struct {
		StatusCode int    `json:"statusCode"`
		Message    string `json:"message"`
		Error      string `json:"error"`
		Path       string `json:"path,omitempty"`
	}{status, f.message, http.StatusText(status), f.path})
}

// writeRealFailure gives a failure of business the HTTP status 200, for which
// the real Iamport is known.
func writeRealFailure(w http.ResponseWriter, f *failure) {
	status, code := f.status, -1
	switch status {
	case http.StatusForbidden, http.StatusUnprocessableEntity:
		status, code = http.StatusOK, 1
	}
	writeJSON(w, status, api.Envelope{Code: code, Message: f.message, Response: json.RawMessage("null")})
}

// refuse answers with what a fault plan asks for. With a code it is the envelope
// of a failure of business, also in the reference style, which has no codes: the
// published clients hand it on.
func (s *Server) refuse(w http.ResponseWriter, _ *http.Request, why front.Refusal) {
	if why.Code == "" {
		s.writeFailure(w, &failure{status: why.Status, message: why.Message})
		return
	}
	code, _ := strconv.Atoi(why.Code) // checkCode has seen it
	writeJSON(w, cmp.Or(why.Status, http.StatusOK), api.Envelope{
		Code:     code,
		Message:  cmp.Or(why.Message, "결제에 실패하였습니다."),
		Response: json.RawMessage("null"),
	})
}

func checkCode(code string) error {
	if n, err := strconv.Atoi(code); err != nil || n == 0 {
		return fmt.Errorf("code %q: a failure of Iamport has a number other than 0", code)
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the front holds the answer back, so writing it cannot fail
}
