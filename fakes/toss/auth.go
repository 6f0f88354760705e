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
		return forbidden(api.CodeUnauthorizedKey, "No Authorization header of type Basic.")
	}
	credentials, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(credentials) == 0 {
		return forbidden(codeIncorrectBasicAuth, "Authorization is not Base64.")
	}
	if s.real() && credentials[len(credentials)-1] != ':' {
		return refusal{code: codeIncorrectBasicAuth}
	}
	if !s.options.Authorize(string(credentials[:len(credentials)-1])) {
		return forbidden(api.CodeUnauthorizedKey, "Wrong secret key.")
	}
	return nil
}
