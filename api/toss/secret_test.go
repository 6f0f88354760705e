package toss_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/samchon/payments-server/api/toss"
)

func TestSecrets_AreNotPrinted(t *testing.T) {
	t.Parallel()
	options := toss.Options{BaseURL: "http://127.0.0.1:1", SecretKey: "SECRET"}
	client, err := toss.New(options)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{
		options,
		client,
		toss.CardPayment{CardNumber: "SECRET", CardPassword: "SECRET"},
		&toss.BillingCard{CardNumber: "SECRET", CustomerKey: "SECRET"},
		toss.Billing{BillingKey: "SECRET", CustomerKey: "SECRET", Raw: []byte("SECRET")},
		toss.Charge{CustomerKey: "SECRET"},
	} {
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("printed", "value", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("printed", "value", value)
		printed := fmt.Sprintf("%v %+v %#v %s", value, value, value, log.String())
		// An authorization header is the secret in Base64, which begins like this.
		if strings.Contains(printed, "SECRET") || strings.Contains(printed, "U0VDUkV") {
			t.Errorf("%T prints %s", value, printed)
		}
	}
}
