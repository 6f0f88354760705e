package toss_test

import (
	"context"
	"fmt"
	"log"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/fault"
	fake "github.com/samchon/payments-server/fakes/toss"
)

// The gateway takes the money, and its answer is lost on the way. The client
// sees an error; the ledger knows better.
func Example() {
	gateway := fake.New(fake.Options{Style: fake.Real})
	if err := gateway.Listen(""); err != nil {
		log.Fatal(err)
	}
	defer gateway.Close()
	client, err := toss.New(toss.Options{BaseURL: gateway.URL(), SecretKey: fake.DefaultSecretKey})
	if err != nil {
		log.Fatal(err)
	}

	gateway.Faults().MustAdd(fault.Plan{Kind: fault.Lose, Path: "/v1/payments/key-in"})
	_, err = client.KeyIn(context.Background(), toss.CardPayment{
		OrderID: "order-1", OrderName: "티셔츠", Amount: money.New(19900),
		CardNumber: "4330123412341234", CardExpirationYear: "28", CardExpirationMonth: "03",
	})
	fmt.Println("an error for the client:", err != nil)

	_, totals := gateway.Ledger().Order("order-1")
	fmt.Println("captured:", totals.Captured)

	payment, err := client.GetByOrderID(context.Background(), "order-1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("asked what happened:", payment.Status)
	// Output:
	// an error for the client: true
	// captured: 19900
	// asked what happened: DONE
}
