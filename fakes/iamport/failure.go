package iamport

import (
	"encoding/json"
	"net/http"

	api "github.com/samchon/payments-server/api/iamport"
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
	if s.options.Style == Real {
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

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the front holds the answer back, so writing it cannot fail
}
