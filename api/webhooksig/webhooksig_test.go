package webhooksig

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The secret, id, time and body are the specification's own example; the
// signature was made by its JavaScript library, standardwebhooks on npm.
const (
	secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newSecret = "whsec_bmV3IHNlY3JldCwgMjQgYnl0ZXMgb2Yu"
	id        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	body      = `{"test": 2432232314}`
	signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var sent = time.Unix(1614265330, 0)

func TestSign(t *testing.T) {
	t.Parallel()
	t.Run("AgreesWithTheSpecificationsLibrary", func(t *testing.T) {
		t.Parallel()
		header := http.Header{}
		mustSecrets(t, secret).Sign(header, id, sent, []byte(body))
		if got := header.Get(HeaderSignature); got != signature {
			t.Errorf("signature is %s, want %s", got, signature)
		}
		if header.Get(HeaderID) != id || header.Get(HeaderTimestamp) != "1614265330" {
			t.Errorf("headers are %v", header)
		}
	})

	t.Run("SatisfiesTheReceiverThroughoutARotation", func(t *testing.T) {
		t.Parallel()
		for name, tc := range map[string]struct{ sender, receiver []string }{
			"Before":        {[]string{secret}, []string{secret}},
			"SenderFirst":   {[]string{newSecret, secret}, []string{secret}},
			"ReceiverFirst": {[]string{secret}, []string{secret, newSecret}},
			"After":         {[]string{newSecret, secret}, []string{newSecret}},
		} {
			header := http.Header{}
			mustSecrets(t, tc.sender...).Sign(header, id, sent, []byte(body))
			if err := mustSecrets(t, tc.receiver...).Verify(header, []byte(body), sent); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(http.Header)
		body   string
		now    time.Time
		want   error
	}{
		{name: "AcceptsWhatIsSigned"},
		{name: "AcceptsASlowClock", now: sent.Add(-Tolerance)},
		{name: "AcceptsAFastClock", now: sent.Add(Tolerance)},
		{name: "PassesOverOtherVersions", change: func(h http.Header) { h.Set(HeaderSignature, "v1a,abc= v2,, "+signature+" v1,") }},
		{name: "RefusesAnOldOne", now: sent.Add(Tolerance + time.Second), want: ErrSignature},
		{name: "RefusesOneOfTheFuture", now: sent.Add(-Tolerance - time.Second), want: ErrSignature},
		{name: "RefusesAnotherBody", body: body + " ", want: ErrSignature},
		{name: "RefusesAnotherID", change: func(h http.Header) { h.Set(HeaderID, id+"x") }, want: ErrSignature},
		{name: "RefusesAnotherTime", change: func(h http.Header) { h.Set(HeaderTimestamp, "1614265331") }, want: ErrSignature},
		{name: "RefusesNoID", change: func(h http.Header) { h.Del(HeaderID) }, want: ErrSignature},
		{name: "RefusesNoTime", change: func(h http.Header) { h.Set(HeaderTimestamp, "now") }, want: ErrSignature},
		{name: "RefusesATimeOutOfRange", change: func(h http.Header) { h.Set(HeaderTimestamp, "-9223372036854775808") }, want: ErrSignature},
		{name: "RefusesNoSignature", change: func(h http.Header) { h.Del(HeaderSignature) }, want: ErrSignature},
		{name: "RefusesABareSignature", change: func(h http.Header) { h.Set(HeaderSignature, signature[len("v1,"):]) }, want: ErrSignature},
		{name: "RefusesAShortSignature", change: func(h http.Header) { h.Set(HeaderSignature, "v1,") }, want: ErrSignature},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			secrets, header, received, now := mustSecrets(t, secret), http.Header{}, body, sent
			secrets.Sign(header, id, sent, []byte(body))
			if tc.change != nil {
				tc.change(header)
			}
			if tc.body != "" {
				received = tc.body
			}
			if !tc.now.IsZero() {
				now = tc.now
			}
			if err := secrets.Verify(header, []byte(received), now); !errors.Is(err, tc.want) {
				t.Errorf("Verify = %v, want %v", err, tc.want)
			}
		})
	}
}

func TestNewSecrets(t *testing.T) {
	t.Parallel()
	for name, texts := range map[string][]string{
		"None":      nil,
		"NoPrefix":  {strings.TrimPrefix(secret, secretPrefix)},
		"NoBase64":  {"whsec_*"},
		"TooShort":  {"whsec_c2hvcnQ="},
		"TooLong":   {"whsec_" + strings.Repeat("AAAA", 22)},
		"SecondBad": {secret, "whsec_c2hvcnQ="},
	} {
		_, err := NewSecrets(texts...)
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if len(texts) > 0 && strings.Contains(err.Error(), texts[len(texts)-1]) {
			t.Errorf("%s: %v tells the secret", name, err)
		}
	}
}

func TestSecrets_Format(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, mustSecrets(t, secret)); got != "webhooksig.Secrets" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func mustSecrets(t *testing.T, texts ...string) *Secrets {
	t.Helper()
	secrets, err := NewSecrets(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return secrets
}
