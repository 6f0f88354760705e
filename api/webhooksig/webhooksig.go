// Package webhooksig signs webhooks and verifies their signatures, as the Standard
// Webhooks specification has it for symmetric secrets. It neither sends nor
// decrypts them, and it keeps no list of what was received: to be safe from a
// replay within the tolerance, a receiver remembers the ids it has seen.
//
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
package webhooksig

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed webhook.
const (
	HeaderID        = "webhook-id"        // the same for every attempt at one webhook
	HeaderTimestamp = "webhook-timestamp" // of the attempt, in Unix seconds
	HeaderSignature = "webhook-signature" // one or more, separated by blanks
)

// Tolerance is how far the clocks of sender and receiver may differ.
const Tolerance = 5 * time.Minute

const (
	secretPrefix = "whsec_"
	version      = "v1,"
)

// ErrSignature is wrapped by every error of Verify.
var ErrSignature = errors.New("webhook is not signed as it should be")

// Secrets sign and verify. Several are in use while one replaces another: the
// sender signs with all, and the receiver is content with any.
type Secrets struct{ keys [][]byte }

// NewSecrets reads secrets of the form whsec_<Base64 of 24 to 64 bytes>.
func NewSecrets(texts ...string) (*Secrets, error) {
	if len(texts) == 0 {
		return nil, errors.New("no webhook secret")
	}
	s := &Secrets{}
	for i, text := range texts {
		encoded, ok := strings.CutPrefix(text, secretPrefix)
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil || len(key) < 24 || len(key) > 64 {
			return nil, fmt.Errorf("webhook secret %d is not %s and the Base64 of 24 to 64 bytes", i+1, secretPrefix)
		}
		s.keys = append(s.keys, key)
	}
	return s, nil
}

// Format keeps the secrets out of logs: fmt would otherwise print the fields.
func (s *Secrets) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "webhooksig.Secrets") }

// Sign sets the three headers for an attempt, made at the time at, to send body.
func (s *Secrets) Sign(header http.Header, id string, at time.Time, body []byte) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(s.keys))
	for i, key := range s.keys {
		signatures[i] = version + base64.StdEncoding.EncodeToString(sum(key, id, timestamp, body))
	}
	header.Set(HeaderID, id)
	header.Set(HeaderTimestamp, timestamp)
	header.Set(HeaderSignature, strings.Join(signatures, " "))
}

// Verify returns nil if body was signed with one of the secrets, within the
// Tolerance of now. It is to be given the body as it was received, every byte.
func (s *Secrets) Verify(header http.Header, body []byte, now time.Time) error {
	id, timestamp := header.Get(HeaderID), header.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return fmt.Errorf("%w: id or timestamp is missing", ErrSignature)
	}
	if age := now.Sub(time.Unix(seconds, 0)).Abs(); age > Tolerance {
		return fmt.Errorf("%w: its timestamp is %s off", ErrSignature, age.Round(time.Second))
	}
	for _, key := range s.keys {
		if anyMatches(header.Get(HeaderSignature), sum(key, id, timestamp, body)) {
			return nil
		}
	}
	return fmt.Errorf("%w: no signature matches", ErrSignature)
}

// anyMatches passes over signatures of versions it does not know, v1a for one.
func anyMatches(signatures string, want []byte) bool {
	for signature := range strings.FieldsSeq(signatures) {
		encoded, ok := strings.CutPrefix(signature, version)
		got, err := base64.StdEncoding.DecodeString(encoded)
		if ok && err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}

func sum(key []byte, id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, id+"."+timestamp+".")
	_, _ = mac.Write(body)
	return mac.Sum(nil)
}
