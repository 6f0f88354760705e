package toss_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
)

const paymentJSON = `{"paymentKey":"pay_1","orderId":"ord_1","method":"카드","status":"DONE",` +
	`"totalAmount":19900.25,"balanceAmount":9007199254740993,"approvedAt":"2022-01-01T11:31:29+09:00",` +
	`"cancels":null,"easyPay":{"provider":"토스페이"},"somethingNew":[1,2]}`

// answering returns a client of a gateway that gives one answer, and the
// request it saw last.
func answering(t *testing.T, status int, body string) (*toss.Client, *seen) {
	t.Helper()
	saw := new(seen)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		saw.Request = r
		saw.body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(gateway.Close)
	return newClient(t, gateway.URL), saw
}

type seen struct {
	*http.Request
	body []byte
}

func newClient(t *testing.T, baseURL string) *toss.Client {
	t.Helper()
	client, err := toss.New(toss.Options{BaseURL: baseURL, SecretKey: "test_sk_secret"})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestNew(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]toss.Options{
		"RefusesNoSecretKey":  {},
		"RefusesNoHost":       {SecretKey: "k", BaseURL: "localhost:80"},
		"RefusesRelativePath": {SecretKey: "k", BaseURL: "/v1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := toss.New(o); err == nil {
				t.Error("want an error")
			}
		})
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	t.Run("SendsKeyAsUserOfAnEmptyPassword", func(t *testing.T) {
		t.Parallel()
		client, saw := answering(t, 200, paymentJSON)
		if _, err := client.GetPayment(t.Context(), "pay_1"); err != nil {
			t.Fatal(err)
		}
		if user, password, ok := saw.BasicAuth(); !ok || user != "test_sk_secret" || password != "" {
			t.Errorf("got %q %q %v", user, password, ok)
		}
	})
	t.Run("EscapesKeysInPaths", func(t *testing.T) {
		t.Parallel()
		client, saw := answering(t, 200, paymentJSON)
		if _, err := client.GetPayment(t.Context(), "a/b c"); err != nil {
			t.Fatal(err)
		}
		if saw.URL.EscapedPath() != "/v1/payments/a%2Fb%20c" {
			t.Errorf("got %s", saw.URL.EscapedPath())
		}
	})
	t.Run("ConfirmsWithIdempotencyKey", func(t *testing.T) {
		t.Parallel()
		client, saw := answering(t, 200, paymentJSON)
		in := toss.Confirmation{PaymentKey: "pay_1", OrderID: "ord_1", Amount: money.MustParse("19900.25")}
		if _, err := client.Confirm(t.Context(), in, toss.IdempotencyKey("confirm:1")); err != nil {
			t.Fatal(err)
		}
		if got := saw.Header.Get("Idempotency-Key"); got != "confirm:1" {
			t.Errorf("got key %q", got)
		}
		want := `{"paymentKey":"pay_1","orderId":"ord_1","amount":19900.25}`
		if saw.URL.Path != "/v1/payments/confirm" || string(saw.body) != want {
			t.Errorf("got %s %s", saw.URL.Path, saw.body)
		}
	})
	t.Run("LeavesAbsentCancelFieldsOut", func(t *testing.T) {
		t.Parallel()
		client, saw := answering(t, 200, paymentJSON)
		if _, err := client.Cancel(t.Context(), "pay_1", toss.Cancellation{CancelReason: "테스트"}); err != nil {
			t.Fatal(err)
		}
		if string(saw.body) != `{"paymentKey":"pay_1","cancelReason":"테스트"}` {
			t.Errorf("got %s", saw.body)
		}
	})
	t.Run("FollowsNoRedirect", func(t *testing.T) {
		t.Parallel()
		gateway := httptest.NewServer(http.RedirectHandler("/elsewhere", http.StatusTemporaryRedirect))
		t.Cleanup(gateway.Close)
		_, err := newClient(t, gateway.URL).GetPayment(t.Context(), "pay_1")
		var answer *toss.Error
		if !errors.As(err, &answer) || answer.Status != http.StatusTemporaryRedirect {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ReadsAnEmptySuccessAsAnErrorWherePaymentIsDue", func(t *testing.T) {
		t.Parallel()
		client, _ := answering(t, 200, "")
		if payment, err := client.GetPayment(t.Context(), "pay_1"); err == nil {
			t.Errorf("got %+v", payment)
		}
	})
}

func TestClient_SendsWhatTheReferencesFakeInsistsOn(t *testing.T) {
	t.Parallel()
	client, saw := answering(t, 200, paymentJSON)
	want := func(members string, err error) {
		t.Helper()
		if err != nil || !strings.Contains(string(saw.body), members) {
			t.Errorf("it sends %s, want %s among it; %v", saw.body, members, err)
		}
	}
	_, err := client.KeyIn(t.Context(), toss.CardPayment{})
	want(`"method":"card"`, err)
	_, err = client.CreateVirtualAccount(t.Context(), toss.VirtualAccountRequest{})
	want(`"method":"virtual-account"`, err)
	_, err = client.ChargeBilling(t.Context(), "bill_1", toss.Charge{})
	want(`"method":"billing","billingKey":"bill_1"`, err)
	_, err = client.Cancel(t.Context(), "pay_1", toss.Cancellation{})
	want(`"paymentKey":"pay_1"`, err)
}

func TestError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body, code, message string
		status                    int
	}{
		{"OfTheVendor", `{"code":"ALREADY_PROCESSED_PAYMENT","message":"이미 처리된 결제 입니다."}`,
			toss.CodeAlreadyProcessed, "이미 처리된 결제 입니다.", 400},
		{"OfTheFake", `{"statusCode":422,"message":"Wrong orderId.","error":"Unprocessable Entity"}`,
			"", "Wrong orderId.", 422},
		{"OfAProxy", `<html>Bad Gateway</html>`, "", "", 502},
		{"Empty", ``, "", "", 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, _ := answering(t, c.status, c.body)
			_, err := client.GetByOrderID(t.Context(), "ord_1")
			var got *toss.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if got.Status != c.status || got.Code != c.code || got.Message != c.message || string(got.Body) != c.body {
				t.Errorf("got %+v", got)
			}
			if !strings.Contains(err.Error(), "ord_1") {
				t.Errorf("%q does not say which order", err)
			}
		})
	}
}

func TestErrors_NeverHoldSecrets(t *testing.T) {
	t.Parallel()
	gateway := httptest.NewServer(http.NotFoundHandler())
	client := newClient(t, gateway.URL)
	gateway.Close() // connection refused: net/http would name the URL
	in := toss.Charge{OrderID: "ord_1", CustomerKey: "customer-key"}
	_, charge := client.ChargeBilling(t.Context(), "billing-key", in)
	_, keyIn := client.KeyIn(t.Context(), toss.CardPayment{OrderID: "ord_1", CardNumber: "4111111111111111"})
	_, authorize := client.AuthorizeBilling(t.Context(), "billing-key", "customer-key")
	for _, err := range []error{charge, keyIn, authorize, client.DeleteBilling(t.Context(), "billing-key")} {
		if err == nil {
			t.Fatal("want an error: nobody listens")
		}
		for _, secret := range []string{"billing-key", "customer-key", "4111", "test_sk"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q holds %s", err, secret)
			}
		}
	}
}

func TestClient_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	client, _ := answering(t, 200, paymentJSON)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.GetPayment(ctx, "pay_1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPayment(t *testing.T) {
	t.Parallel()
	t.Run("KeepsTheBytesAndReadsAmountsExactly", func(t *testing.T) {
		t.Parallel()
		client, _ := answering(t, 200, paymentJSON)
		payment, err := client.GetPayment(t.Context(), "pay_1")
		if err != nil {
			t.Fatal(err)
		}
		if string(payment.Raw) != paymentJSON {
			t.Errorf("got %s", payment.Raw)
		}
		if payment.TotalAmount.String() != "19900.25" || payment.BalanceAmount.String() != "9007199254740993" {
			t.Errorf("got %s, %s", payment.TotalAmount, payment.BalanceAmount)
		}
		if payment.Method != toss.MethodCard || payment.Status != toss.StatusDone {
			t.Errorf("got %s %s", payment.Method, payment.Status)
		}
	})
	t.Run("ToleratesUnknownMethodsAndStatuses", func(t *testing.T) {
		t.Parallel()
		var payment toss.Payment
		if err := json.Unmarshal([]byte(`{"method":"코인","status":"FROZEN","card":null}`), &payment); err != nil {
			t.Fatal(err)
		}
		if payment.Method != "코인" || payment.Status != "FROZEN" {
			t.Errorf("got %+v", payment)
		}
	})
}

func TestDeleteBilling_AcceptsTheEmptyAnswer(t *testing.T) {
	t.Parallel()
	client, saw := answering(t, 200, "")
	if err := client.DeleteBilling(t.Context(), "bill_1"); err != nil {
		t.Fatal(err)
	}
	if saw.Method != http.MethodDelete || saw.URL.Path != "/v1/billing/bill_1" {
		t.Errorf("got %s %s", saw.Method, saw.URL.Path)
	}
}
