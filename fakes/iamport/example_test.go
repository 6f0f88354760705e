package iamport_test

import (
	"context"
	"fmt"
	"log"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/iamport"
)

// A virtual account is not paid in time. The test does not wait for it: it
// moves the clock.
func Example() {
	now := clock.NewStopped(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	gateway := iamport.New(iamport.Options{Clock: now})
	defer gateway.Close()
	if err := gateway.Listen(""); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	client := api.New(api.Options{
		BaseURL: gateway.URL(), Key: iamport.DefaultKey, Secret: iamport.DefaultSecret, Now: now.Now,
	})

	account, err := client.CreateVBank(ctx, api.VBankRequest{
		MerchantUID: "order-1", Amount: money.New(19_900), VBankCode: "088", VBankHolder: "홍길동",
		VBankDue: api.Unix(now.Now().Add(72 * time.Hour)),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Status)

	now.Advance(72 * time.Hour)
	account, err = client.GetPayment(ctx, account.ImpUID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Status, "at", account.FailedAt.UTC())
	// Output:
	// ready
	// failed at 2026-03-04 12:00:00 +0000 UTC
}
