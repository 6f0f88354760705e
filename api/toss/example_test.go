package toss_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

// A payer has come back from the payment window; now the shop takes the money.
func ExampleClient_Confirm() {
	gateway := fake.New(fake.Options{Style: fake.Real}) // or toss.DefaultBaseURL, with a key of your own
	if err := gateway.Listen(""); err != nil {
		log.Fatal(err)
	}
	defer gateway.Close()
	client, err := toss.New(toss.Options{BaseURL: gateway.URL(), SecretKey: fake.DefaultSecretKey})
	if err != nil {
		log.Fatal(err)
	}

	order := toss.Confirmation{PaymentKey: authenticate(client), OrderID: "order-1", Amount: money.New(19900)}
	payment, err := client.Confirm(context.Background(), order, toss.IdempotencyKey("confirm:order-1:1"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(payment.Status, payment.TotalAmount)

	_, err = client.Confirm(context.Background(), order) // once more, without the key
	var refusal *toss.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Status, refusal.Code)
	}
	// Output:
	// DONE 19900
	// 400 ALREADY_PROCESSED_PAYMENT
}

// authenticate plays the payment window, which a test has no browser for.
func authenticate(client *toss.Client) (paymentKey string) {
	payment, err := client.KeyIn(context.Background(), toss.CardPayment{
		OrderID: "order-1", OrderName: "티셔츠", Amount: money.New(19900),
		CardNumber: "4330123412341234", CardExpirationYear: "28", CardExpirationMonth: "03",
		Approved: new(bool), // false: wait for the shop's confirmation
	})
	if err != nil {
		log.Fatal(err)
	}
	return payment.PaymentKey
}
