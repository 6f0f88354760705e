package api_test

import (
	"context"
	"io"
	"log"
	"os"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/paymentstest"
	"github.com/samchon/payments-server/api/toss"
)

// payments is the server that the examples run against. An example has no
// *testing.T to open one with, so TestExamples runs them, and holds them to what
// they say that they print.
var payments *paymentstest.Server

func TestExamples(t *testing.T) { // not parallel: it takes standard output
	payments = paymentstest.Open(t)
	t.Setenv("PAYMENTS_URL", payments.URL)
	t.Setenv("API_ENCRYPTION_KEY", payments.EncryptionKey)
	t.Setenv("API_ENCRYPTION_IV", payments.EncryptionIV)
	t.Setenv("WEBHOOK_SIGNING_SECRET", payments.SigningSecret)
	for _, e := range []struct {
		name   string
		run    func()
		prints string
	}{
		{"Client", ExampleClient, "paid: 20000 KRW true\nat Toss: DONE 신용\n"},
		{"CancelHistory", ExampleClient_CancelHistory, "refunded: 5000 of 20000\nrefunded: 5000 of 20000\n"},
		{"StoreReservation", ExampleClient_StoreReservation, "card for the monthly box true\n"},
		{"Problem", ExampleProblem, "wrong password: true\nthe gateway declined: 422 pg_declined\n"},
		{"Handler", ExampleReceiver_Handler, ""},
		{"Open", ExampleReceiver_Open, ""},
	} {
		t.Run(e.name, func(t *testing.T) {
			if got := printed(t, e.run); got != e.prints {
				t.Errorf("printed %q, want %q", got, e.prints)
			}
		})
	}
}

// printed returns what run writes to standard output, which is little enough for
// a pipe to hold.
func printed(t *testing.T, run func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	run()
	os.Stdout = stdout
	w.Close()
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What follows stands in the examples for a service's own code, and for people.

func newOrder() api.Source {
	return api.Source{Schema: "shop", Table: "orders", ID: uuid.NewString()}
}

func newClient() *api.Client { return payments.Client }

func newReceiver() *api.Receiver {
	receiver, err := api.NewReceiver(api.ReceiverOptions{
		EncryptionKey: payments.EncryptionKey, EncryptionIV: payments.EncryptionIV,
		SigningSecrets: []string{payments.SigningSecret},
	})
	if err != nil {
		log.Fatal(err)
	}
	return receiver
}

func ship(context.Context, string, api.Source) error { return nil }

// checkout is a customer who pays at Toss, and leaves the approval to us.
func checkout(order api.Source) (paymentKey string) {
	unapproved := false
	payment, err := payments.Toss.KeyIn(context.Background(), toss.CardPayment{
		CardNumber: "1111222233334444", CardExpirationYear: "30", CardExpirationMonth: "03",
		OrderID: order.ID, Amount: money.New(20_000), Approved: &unapproved,
	})
	if err != nil {
		log.Fatal(err)
	}
	return payment.PaymentKey
}

// paidOrder is an order that was paid and stored.
func paidOrder() api.Source {
	order := newOrder()
	if _, err := payments.Client.StoreHistory(context.Background(), storing(order)); err != nil {
		log.Fatal(err)
	}
	return order
}

// storing is a request to store the payment of an order.
func storing(order api.Source) api.StoreHistory {
	return api.StoreHistory{
		Vendor: api.Vendor{Code: api.Toss, StoreID: "default", UID: checkout(order)}, Source: order,
		Price: money.New(20_000), Password: "of this record only", WebhookURL: payments.Webhooks.URL,
	}
}

// registerCard is a customer who leaves a card at Iamport.
func registerCard(customer api.Source) (customerUID string) {
	if _, err := payments.Iamport.CreateSubscription(context.Background(), customer.ID, iamport.SubscriptionRequest{
		CardInput: iamport.CardInput{CardNumber: "1234-1234-1234-1234", Expiry: "2030-12", Birth: "880311"},
	}); err != nil {
		log.Fatal(err)
	}
	return customer.ID
}
