package toss_test

import (
	"testing"

	"github.com/samchon/payments-server/api/toss"
)

func TestParseWebhook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		want       toss.Webhook // Data and CreatedAt aside
	}{
		{"OfTheFake", `{"eventType":"PAYMENT_STATUS_CHANGED","data":{"paymentKey":"pay_1","orderId":"ord_1","status":"DONE"}}`,
			toss.Webhook{EventType: toss.EventPaymentStatusChanged, PaymentKey: "pay_1", OrderID: "ord_1", Status: toss.StatusDone}},
		{"WithTheWholePayment", `{"createdAt":"2022-01-01T00:00:00.000000","eventType":"PAYMENT_STATUS_CHANGED","data":{"paymentKey":"pay_1","orderId":"ord_1","status":"EXPIRED","secret":"ps_1","cancels":null}}`,
			toss.Webhook{EventType: toss.EventPaymentStatusChanged, PaymentKey: "pay_1", OrderID: "ord_1", Status: toss.StatusExpired}},
		{"FlatDeposit", `{"createdAt":"2022-01-01T00:00:00+09:00","secret":"ps_1","status":"DONE","transactionKey":"tx_1","orderId":"ord_1"}`,
			toss.Webhook{EventType: toss.EventDepositCallback, OrderID: "ord_1", Status: toss.StatusDone, TransactionKey: "tx_1", Secret: "ps_1"}},
		{"WithEntityBody", `{"eventType":"payout.changed","version":"2022-11-16","eventId":"evt_1","entityType":"payout","entityBody":{"status":"COMPLETED"}}`,
			toss.Webhook{EventType: "payout.changed", Status: "COMPLETED"}},
		{"AboutSomethingElse", `{"eventType":"METHOD_UPDATED","createdAt":"yesterday","data":{"status":7}}`,
			toss.Webhook{EventType: "METHOD_UPDATED"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := toss.ParseWebhook([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Data) == 0 {
				t.Error("want the data's own bytes")
			}
			got.Data, got.CreatedAt = nil, toss.Time{}
			if got.EventType != c.want.EventType || got.PaymentKey != c.want.PaymentKey || got.OrderID != c.want.OrderID ||
				got.Status != c.want.Status || got.TransactionKey != c.want.TransactionKey || got.Secret != c.want.Secret {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	t.Run("RefusesWhatIsNoJSON", func(t *testing.T) {
		t.Parallel()
		if got, err := toss.ParseWebhook([]byte("imp_uid=1")); err == nil {
			t.Errorf("got %+v", got)
		}
	})
}
