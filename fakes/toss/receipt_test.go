package toss_test

import (
	"strings"
	"testing"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

func (f fixture) receipt(p *toss.Payment) toss.CashReceiptRequest {
	return toss.CashReceiptRequest{
		Type: toss.CashReceiptIncomeDeduction, PaymentKey: p.PaymentKey, OrderID: p.OrderID, OrderName: "티셔츠",
		RegistrationNumber: "01012345678", Amount: p.TotalAmount,
	}
}

func TestCashReceipt(t *testing.T) {
	t.Parallel()
	t.Run("IsShownInItsPaymentUntilItIsTakenBack", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			paid := f.paid(1000)
			receipt, err := f.client.CreateCashReceipt(t.Context(), f.receipt(paid))
			must(t, receipt, err)
			if got := f.get(paid.PaymentKey).CashReceipt; got == nil || got.IssueNumber != receipt.ApprovalNumber {
				t.Errorf("the payment shows %+v", got)
			}
			cancelled, err := f.client.CancelCashReceipt(t.Context(), receipt.ReceiptKey)
			if must(t, cancelled, err).CanceledAt.IsZero() || f.get(paid.PaymentKey).CashReceipt != nil {
				t.Error("the receipt is still there")
			}
		})
	})
	t.Run("IsIssuedOncePerPayment", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			status, code := 422, ""
			if style == fake.Real {
				status, code = 400, "DUPLICATED_CASH_RECEIPT"
			}
			paid := f.paid(1000)
			if _, err := f.client.CreateCashReceipt(t.Context(), f.receipt(paid)); err != nil {
				t.Fatal(err)
			}
			_, err := f.client.CreateCashReceipt(t.Context(), f.receipt(paid))
			wantRefusal(t, err, status, code)
		})
	})
	t.Run("StandsAloneAtTheRealGateway", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real})
		wish := toss.CashReceiptRequest{
			Type: toss.CashReceiptExpenditure, OrderID: "paid-in-cash", OrderName: "티셔츠", Amount: money.New(5000),
		}
		_, err := f.client.CreateCashReceipt(t.Context(), wish)
		wantRefusal(t, err, 400, toss.CodeInvalidRequest) // of nobody
		wish.CustomerIdentityNumber = "1234567890"
		issued, err := f.client.CreateCashReceipt(t.Context(), wish)
		must(t, issued, err)
		if issued.IssueStatus != "IN_PROGRESS" || issued.TransactionType != "CONFIRM" || len(issued.IssueNumber) != 9 ||
			!issued.Amount.Equal(wish.Amount) || issued.PaymentKey != "" {
			t.Errorf("got %+v", issued)
		}
		cancelled, err := f.client.CancelCashReceipt(t.Context(), issued.ReceiptKey)
		must(t, cancelled, err)
		if cancelled.TransactionType != "CANCEL" || !strings.HasPrefix(cancelled.ReceiptKey, "c_") {
			t.Errorf("got %+v", cancelled)
		}
	})
}
