package iamport_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	fake "github.com/samchon/payments-server/fakes/iamport"
)

// A card is charged, half of it is refunded, and the order is looked up as one
// does after a connection broke.
func Example() {
	gateway := fake.New(fake.Options{})
	defer gateway.Close()
	if err := gateway.Listen(""); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	client := iamport.New(iamport.Options{BaseURL: gateway.URL(), Key: fake.DefaultKey, Secret: fake.DefaultSecret})

	payment, err := client.Onetime(ctx, iamport.OnetimeRequest{
		CardInput: iamport.CardInput{CardNumber: "1111-2222-3333-4444", Expiry: "2030-12", Birth: "880311"},
		Order:     iamport.Order{MerchantUID: "order-1", Name: "Book", Amount: money.New(20_000)},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(payment.Status, payment.Amount)

	half, balance := money.New(10_000), payment.Balance()
	refund := iamport.CancelRequest{ImpUID: payment.ImpUID, Amount: &half, Checksum: &balance, Reason: "one of two"}
	if _, err := client.Cancel(ctx, refund); err != nil {
		log.Fatal(err)
	}
	// Sent again, it is refused: the checksum is not the balance any more.
	var refusal *iamport.Error
	_, err = client.Cancel(ctx, refund)
	fmt.Println(errors.As(err, &refusal))

	found, err := client.FindByMerchantUID(ctx, "order-1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.CancelAmount, "of", found.Amount)
	// Output:
	// paid 20000
	// true
	// 10000 of 20000
}
