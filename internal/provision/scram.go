package provision

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const (
	scramIterations = 4096 // PostgreSQL's default, scram_iterations
	scramSaltLength = 16
)

// scramVerifier is what PostgreSQL keeps of a password (RFC 5803, with its own syntax):
// SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>, see
// https://www.postgresql.org/docs/current/catalog-pg-authid.html
func scramVerifier(password string) (string, error) {
	if strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", errors.New("must be of ASCII letters, digits and signs; of others there are several spellings (RFC 4013)")
	}
	salt := make([]byte, scramSaltLength)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	salted, err := pbkdf2.Key(sha256.New, password, salt, scramIterations, sha256.Size)
	if err != nil {
		return "", err
	}
	stored := sha256.Sum256(mac(salted, "Client Key"))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", scramIterations, encode(salt), encode(stored[:]), encode(mac(salted, "Server Key"))), nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
