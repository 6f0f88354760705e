package paymentstest_test

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/paymentstest"
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

// run is the go command for a test that stands in an example.
var run func(test func(*testing.T))

func TestExample(t *testing.T) {
	run = func(test func(*testing.T)) { t.Run("TestDeposit", test) }
	Example()
}
