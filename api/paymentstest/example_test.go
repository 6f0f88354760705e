package paymentstest_test

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/paymentstest"
	"github.com/samchon/payments-server/fakes/fault"
)

// A test of a service needs one line for the whole server.
func Example() {
	run(func(t *testing.T) { // func TestDeposit(t *testing.T) {
		payments := paymentstest.Open(t)
		order := api.Source{Schema: "shop", Table: "orders", ID: "6f0ab8c5-2f0b-4a53-9d2e-5c7a35e1a1a4"}

		// The customer asks for a virtual account.
		account, err := payments.Iamport.CreateVBank(t.Context(), iamport.VBankRequest{
			MerchantUID: order.ID, Amount: money.New(19_900), VBankCode: "SHINHAN", VBankHolder: "홍길동",
			VBankDue: iamport.Unix(time.Now().Add(24 * time.Hour)),
		})
		if err != nil {
			t.Fatal(err)
		}
		// The service registers it ...
		history, err := payments.Client.StoreHistory(t.Context(), api.StoreHistory{
			Vendor: api.Vendor{Code: api.Iamport, StoreID: "default", UID: account.ImpUID},
			Source: order, Price: money.New(19_900), Password: "secret", WebhookURL: payments.Webhooks.URL,
		})
		if err != nil {
			t.Fatal(err)
		}
		// ... and hears of the deposit.
		if err := payments.Iamport.Deposit(t.Context(), account.ImpUID); err != nil {
			t.Fatal(err)
		}
		if _, err := payments.Webhooks.Wait(t.Context(), func(w api.Webhook) bool {
			return w.Current.ID == history.ID && w.Current.PaidAt != nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// A gateway can be told to misbehave, and its books tell what really happened to
// the money.
func ExampleServer_faults() {
	run(func(t *testing.T) { // func TestRefund_AnswerIsLost(t *testing.T) {
		payments := paymentstest.Open(t)
		order := api.Source{Schema: "shop", Table: "orders", ID: "0b6c7a52-61b8-4c3e-8a8f-7d2f0a5c9e11"}
		pay(t, payments, order)

		// Iamport will refund, and hang up instead of saying so.
		payments.FakeIamport.Faults().MustAdd(fault.Plan{Kind: fault.Lose, Path: "/payments/cancel"})
		history, err := payments.Client.CancelHistory(t.Context(), api.CancelHistory{
			Source: order, Password: "secret", Price: money.New(5_000), Reason: "one of four was broken",
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, books := payments.FakeIamport.Ledger().Order(order.ID); !books.Refunded.Equal(*history.Refund) {
			t.Errorf("the record says %s were refunded, the gateway's books %s", history.Refund, books.Refunded)
		}
	})
}

// run is the go command for a test that stands in an example.
var run func(test func(*testing.T))

func TestExamples(t *testing.T) { // one after the other: they share run
	run = func(test func(*testing.T)) { t.Run("TestDeposit", test) }
	Example()
	run = func(test func(*testing.T)) { t.Run("TestRefund_AnswerIsLost", test) }
	ExampleServer_faults()
}
