package toss

import (
	"encoding/base64"
	"net/http"
	"strings"

	api "github.com/samchon/payments-server/api/toss"
)

// authenticate checks the secret key, which is the user name of HTTP's basic
// authentication. The scheme is case-sensitive and the password is ignored: the
// reference cuts off the last character, whatever it is.
func (s *Server) authenticate(r *http.Request) error {
	encoded, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Basic ")
	if !ok {
		return refusal{reference: http.StatusForbidden, text: "No Authorization header of type Basic.", code: api.CodeUnauthorizedKey}
	}
	credentials, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(credentials) == 0 {
		return refusal{reference: http.StatusForbidden, text: "Authorization is not Base64.", code: codeIncorrectBasicAuth}
	}
	if s.real() && credentials[len(credentials)-1] != ':' {
		return refusal{code: codeIncorrectBasicAuth}
	}
	if !s.options.Authorize(string(credentials[:len(credentials)-1])) {
		return refusal{reference: http.StatusForbidden, text: "Wrong secret key.", code: api.CodeUnauthorizedKey}
	}
	return nil
}
