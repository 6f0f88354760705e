package worker_test

import (
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
)

// virtualAccount opens a virtual account for an order, and returns its uid and how to pay into it.
func (w *world) virtualAccount(code api.VendorCode, orderID string, amount int64) (uid string, deposit func()) {
	w.t.Helper()
	if code == api.Iamport {
		p := mustv(w.iamport.CreateVBank(w.t.Context(), iamport.VBankRequest{
			MerchantUID: orderID, Amount: money.New(amount), VBankCode: "SHINHAN",
			VBankDue: iamport.Unix(time.Now().Add(24 * time.Hour)), VBankHolder: "남정호",
		}))(w.t)
		return p.ImpUID, func() { must(w.t, w.iamport.Deposit(w.t.Context(), p.ImpUID)) }
	}
	p := mustv(w.toss.CreateVirtualAccount(w.t.Context(), toss.VirtualAccountRequest{
		OrderID: orderID, OrderName: "an order", Bank: "신한", CustomerName: "남정호", Amount: money.New(amount),
	}))(w.t)
	return p.PaymentKey, func() { mustv(w.toss.Deposit(w.t.Context(), p.PaymentKey))(w.t) }
}

func TestVirtualAccount(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		uid, deposit := w.virtualAccount(code, source.ID, 19900)
		stored := w.mustStore(w.storing(code, uid, source, 19900))
		if stored.PaidAt != nil {
			t.Errorf("paid at %v before the deposit", stored.PaidAt)
		}

		deposit()
		eventually(t, "the webhook of the deposit", func() bool { return len(w.service.heardOf(stored.ID)) == 1 })
		hook := w.service.heardOf(stored.ID)[0]
		if hook.Previous.PaidAt != nil || hook.Current.PaidAt == nil || hook.Source != source {
			t.Errorf("the webhook goes from paid_at %v to %v", hook.Previous.PaidAt, hook.Current.PaidAt)
		}

		var cancelled seen
		refund := api.CancelHistory{
			Source: source, Password: somePassword, Price: money.New(19900), Reason: "sold out",
			Account: &api.RefundAccount{Bank: "신한은행", Account: "110123456789", Holder: "홍길동", Mobile: "010-1234-5678"},
		}
		if p := w.call("PUT", "/payments/histories/cancel", refund, &cancelled); p != nil {
			t.Fatalf("cancel: %v", p)
		}
		if cancelled.CancelledAt == nil || cancelled.Refund == nil || !cancelled.Refund.Equal(money.New(19900)) {
			t.Errorf("cancelled at %v, refund %v", cancelled.CancelledAt, cancelled.Refund)
		}
		eventually(t, "the webhook of the cancel", func() bool { return len(w.service.heardOf(stored.ID)) == 2 })
	})
}

// TestVirtualAccount_CancelledUnpaid: nobody has paid, whenever the account was approved.
func TestVirtualAccount_CancelledUnpaid(t *testing.T) {
	t.Parallel()
	eachVendor(t, func(t *testing.T, w *world, code api.VendorCode) {
		source := w.source()
		uid, _ := w.virtualAccount(code, source.ID, 19900)
		w.mustStore(w.storing(code, uid, source, 19900))
		if h := w.refundPart(source, 19900); h.PaidAt != nil || h.CancelledAt == nil {
			t.Errorf("paid at %v, cancelled at %v", h.PaidAt, h.CancelledAt)
		}
	})
}

func TestVirtualAccount_DepositTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := w.source()
	uid, deposit := w.virtualAccount(api.Toss, source.ID, 5000)
	stored := w.mustStore(w.storing(api.Toss, uid, source, 5000))
	deposit()
	eventually(t, "the webhook of the deposit", func() bool { return len(w.service.heardOf(stored.ID)) == 1 })
	must(t, w.fakeToss.Act(t.Context(), uid, "take_back"))
	eventually(t, "the webhook of its reversal", func() bool { return len(w.service.heardOf(stored.ID)) == 2 })
	if last := w.service.heardOf(stored.ID)[1]; last.Previous.PaidAt == nil || last.Current.PaidAt != nil {
		t.Errorf("the webhook goes from paid_at %v to %v", last.Previous.PaidAt, last.Current.PaidAt)
	}
}
