package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// The customer has paid, and the browser came back with the gateway's key of the
// payment. The service captures it, and has a record that one password opens.
func ExampleClient() {
	client, err := api.New(api.Options{
		BaseURL:       os.Getenv("PAYMENTS_URL"), // http://127.0.0.1:37821
		EncryptionKey: os.Getenv("API_ENCRYPTION_KEY"),
		EncryptionIV:  os.Getenv("API_ENCRYPTION_IV"),
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	order := newOrder()

	history, err := client.StoreHistory(ctx, api.StoreHistory{
		Vendor:     api.Vendor{Code: api.Toss, StoreID: "default", UID: checkout(order)},
		Source:     order, // {Schema: "shop", Table: "orders", ID: the order's UUID}
		Price:      money.New(20_000),
		Password:   "of this record only",
		WebhookURL: "http://127.0.0.1:37821/payments/internal/webhook",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("paid:", history.Price, history.Currency, history.PaidAt != nil)

	again, err := client.History(ctx, history.ID, "of this record only")
	if err != nil {
		log.Fatal(err)
	}
	payment, err := again.Toss() // what Toss Payments itself says of it
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("at Toss:", payment.Status, payment.Card.CardType)
	// Prints:
	// paid: 20000 KRW true
	// at Toss: DONE 신용
}

// A refund has a key of the service's own, so that it is made once, also when the
// service dies in the middle and asks again.
func ExampleClient_CancelHistory() {
	client, order := newClient(), paidOrder()
	for range 2 {
		history, err := client.CancelHistory(context.Background(), api.CancelHistory{
			Source: order, Password: "of this record only", Price: money.New(5_000), Reason: "one of two came broken",
		}, api.IdempotencyKey("refund "+order.ID))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("refunded:", history.Refund, "of", history.Price)
	}
	// Prints:
	// refunded: 5000 of 20000
	// refunded: 5000 of 20000
}

// A billing key is kept as a payment is.
func ExampleClient_StoreReservation() {
	client, customer := newClient(), newOrder()
	reservation, err := client.StoreReservation(context.Background(), api.StoreReservation{
		Vendor:   api.Vendor{Code: api.Iamport, StoreID: "default", UID: registerCard(customer)},
		Source:   customer,
		Title:    "card for the monthly box",
		Password: "of this record only",
	})
	if err != nil {
		log.Fatal(err)
	}
	card, err := reservation.Iamport()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(reservation.Title, card.CustomerUID == customer.ID)
	// Prints:
	// card for the monthly box true
}

// What was refused has a code to branch on, and the gateway's words if it was
// the gateway that refused.
func ExampleProblem() {
	client, order := newClient(), paidOrder()
	_, err := client.HistoryBySource(context.Background(), order, "a guess")
	fmt.Println("wrong password:", api.IsCode(err, api.CodeWrongPassword))

	_, err = client.CancelHistory(context.Background(), api.CancelHistory{
		Source: order, Password: "of this record only", Price: money.New(20_001), Reason: "too much",
	})
	var problem *api.Problem
	if errors.As(err, &problem) && problem.PG != nil {
		fmt.Println("the gateway declined:", problem.Status, problem.Code)
	}
	// Prints:
	// wrong password: true
	// the gateway declined: 422 pg_declined
}

// A service that takes webhooks. One may come twice: it is known by its id.
func ExampleReceiver_Handler() {
	receiver, err := api.NewReceiver(api.ReceiverOptions{
		EncryptionKey:  os.Getenv("API_ENCRYPTION_KEY"),
		EncryptionIV:   os.Getenv("API_ENCRYPTION_IV"),
		SigningSecrets: []string{os.Getenv("WEBHOOK_SIGNING_SECRET")},
	})
	if err != nil {
		log.Fatal(err)
	}
	service := http.NewServeMux()
	service.Handle("POST /payments/webhook", receiver.Handler(func(ctx context.Context, w *api.Webhook) error {
		if w.Previous.PaidAt == nil && w.Current.PaidAt != nil {
			return ship(ctx, w.ID, w.Source) // in one transaction with remembering w.ID
		}
		return nil
	}))
}

// Without net/http's handlers: the headers and the body as they came are enough.
func ExampleReceiver_Open() {
	receiver := newReceiver()
	_ = func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			return
		}
		webhook, err := receiver.Open(r.Header, body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		log.Printf("webhook %s tells of %s", webhook.ID, webhook.Source)
	}
}
