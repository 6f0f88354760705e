package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/webhooksig"
	"github.com/samchon/payments-server/api/wire"
)

const signingSecret = "whsec_9NOqQFhepIvgpzl2aGYK9r8/4Aoc5ZU22oY4rb6J5MQ="

const hook = `{"id":"w1","source":{"schema":"shop","table":"orders","id":"o1"},` +
	`"previous":{"id":"h1","paid_at":null},"current":{"id":"h1","paid_at":"2026-03-01T12:00:00.000Z"}}`

// delivery is a webhook on its way: signed at a time, and sealed with a key.
func delivery(t *testing.T, plain, key string, at time.Time) *http.Request {
	t.Helper()
	codec, err := wire.NewCodec(key, encryptionIV)
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := webhooksig.NewSecrets(signingSecret)
	if err != nil {
		t.Fatal(err)
	}
	body := codec.Seal(nil, []byte(plain))
	r := httptest.NewRequest(http.MethodPost, "/payments/webhook", strings.NewReader(string(body)))
	secrets.Sign(r.Header, "w1", at, body)
	return r
}

func receiver(t *testing.T) *api.Receiver {
	t.Helper()
	r, err := api.NewReceiver(api.ReceiverOptions{
		EncryptionKey: encryptionKey, EncryptionIV: encryptionIV, SigningSecrets: []string{signingSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReceiver_TakesAWebhook(t *testing.T) {
	t.Parallel()
	var taken *api.Webhook
	answer := httptest.NewRecorder()
	receiver(t).Handler(func(_ context.Context, w *api.Webhook) error {
		taken = w
		return nil
	}).ServeHTTP(answer, delivery(t, hook, encryptionKey, time.Now()))
	if answer.Code != http.StatusNoContent {
		t.Fatalf("answered %d %s", answer.Code, answer.Body)
	}
	if taken.ID != "w1" || taken.Source.ID != "o1" || taken.Previous.PaidAt != nil || taken.Current.PaidAt == nil {
		t.Errorf("took %+v", taken)
	}
}

func TestReceiver_AsksAgainForWhatWasNotTaken(t *testing.T) {
	t.Parallel()
	answer := httptest.NewRecorder()
	receiver(t).Handler(func(context.Context, *api.Webhook) error { return errors.New("database away") }).
		ServeHTTP(answer, delivery(t, hook, encryptionKey, time.Now()))
	if answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "database") {
		t.Errorf("answered %d %s", answer.Code, answer.Body)
	}
}

func TestReceiver_Refuses(t *testing.T) {
	t.Parallel()
	unsigned := delivery(t, hook, encryptionKey, time.Now())
	unsigned.Header.Del(webhooksig.HeaderSignature)
	altered := delivery(t, hook, encryptionKey, time.Now())
	altered.Header.Set(webhooksig.HeaderID, "w2")
	for name, request := range map[string]*http.Request{
		"an unsigned one":       unsigned,
		"one of another id":     altered,
		"one of an hour ago":    delivery(t, hook, encryptionKey, time.Now().Add(-time.Hour)),
		"one of another key":    delivery(t, hook, strings.Repeat("k", 32), time.Now()),
		"one that is no record": delivery(t, `["secret"]`, encryptionKey, time.Now()),
	} {
		answer := httptest.NewRecorder()
		receiver(t).Handler(func(context.Context, *api.Webhook) error {
			t.Errorf("%s was taken", name)
			return nil
		}).ServeHTTP(answer, request)
		if answer.Code != http.StatusUnauthorized || strings.Contains(answer.Body.String(), "secret") {
			t.Errorf("%s: answered %d %s", name, answer.Code, answer.Body)
		}
	}
}

func TestNewReceiver_Refuses(t *testing.T) {
	t.Parallel()
	good := api.ReceiverOptions{EncryptionKey: encryptionKey, EncryptionIV: encryptionIV, SigningSecrets: []string{signingSecret}}
	for name, spoil := range map[string]func(*api.ReceiverOptions){
		"no key":       func(o *api.ReceiverOptions) { o.EncryptionKey = "" },
		"no secret":    func(o *api.ReceiverOptions) { o.SigningSecrets = nil },
		"not a secret": func(o *api.ReceiverOptions) { o.SigningSecrets = []string{"whsec_"} },
	} {
		o := good
		spoil(&o)
		if _, err := api.NewReceiver(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", good, good, good); strings.Contains(text, encryptionKey) {
		t.Errorf("%s tells the key", text)
	}
}
