package iamport

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/internal/front"
)

// failure is a refusal, by the status that the reference fake gives it.
type failure struct {
	status  int
	message string
	mismatch
}

// mismatch is a member that is not what it should be, in a 400.
type mismatch struct {
	Path     string          `json:"path,omitempty"`
	Expected string          `json:"expected,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"` // none when it is missing, or secret
}

func (f *failure) Error() string { return f.message }

// malformed is a body that is no request at all.
func malformed(message string) error {
	return &failure{status: http.StatusBadRequest, message: message}
}

// mistyped is a member of the wrong type, or a missing one, in the words of the
// reference fake.
func mistyped(name, expected string, value json.RawMessage) error {
	if slices.Contains(secrets, name) {
		value = nil
	}
	return &failure{
		http.StatusBadRequest, "Request body data is not following the promised type.",
		mismatch{"$input." + name, expected, value},
	}
}

// among refuses a text that is none of the choices.
func among(name, text string, choices ...string) error {
	if slices.Contains(choices, text) {
		return nil
	}
	value, err := json.Marshal(text)
	if err != nil {
		return err
	}
	return mistyped(name, `"`+strings.Join(choices, `" | "`)+`"`, value)
}

// unauthorized is about the keys or the token. The reference fake says 403
// where the real Iamport says 401.
func unauthorized(message string) error {
	return &failure{status: http.StatusUnauthorized, message: message}
}

func forbidden(message string) error { return &failure{status: http.StatusForbidden, message: message} }

func notFound(what string) error {
	return &failure{status: http.StatusNotFound, message: "Unable to find the " + what + "."}
}

func refused(message string) error {
	return &failure{status: http.StatusUnprocessableEntity, message: message}
}

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
		mismatch
	}{status, f.message, http.StatusText(status), f.mismatch})
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
