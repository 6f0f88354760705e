package toss_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

func TestGetByOrderID(t *testing.T) {
	t.Parallel()
	inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
		paid := f.paid(1000)
		got, err := f.client.GetByOrderID(t.Context(), paid.OrderID)
		if must(t, got, err).PaymentKey != paid.PaymentKey {
			t.Errorf("got %s, want %s", got.PaymentKey, paid.PaymentKey)
		}
		_, err = f.client.GetByOrderID(t.Context(), "unknown")
		wantRefusal(t, err, 404, toss.CodeNotFoundPayment)
	})
}

func TestGetByOrderID_ShowsThePaidAttempt(t *testing.T) {
	t.Parallel()
	inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
		again := card(1000)
		again.Approved = new(bool)
		first, err := f.client.KeyIn(t.Context(), again)
		f.mustAct(must(t, first, err), fake.Fail)
		again.Approved = nil
		second, err := f.client.KeyIn(t.Context(), again)
		must(t, second, err)
		got, err := f.client.GetByOrderID(t.Context(), again.OrderID)
		if must(t, got, err).PaymentKey != second.PaymentKey {
			t.Errorf("got the payment that is %s", got.Status)
		}
		if _, err = f.client.KeyIn(t.Context(), again); style == fake.Real {
			wantRefusal(t, err, 400, toss.CodeDuplicatedOrderID)
		} else if err != nil {
			t.Errorf("the reference takes an order twice: %v", err)
		}
	})
}

func TestGetPayment_ShowsEveryFieldOfTheRealGateway(t *testing.T) {
	t.Parallel()
	f := start(t, fake.Options{Style: fake.Real, Clock: stopped()})
	var fields map[string]any
	if err := json.Unmarshal(f.account(1000).Raw, &fields); err != nil {
		t.Fatal(err)
	}
	for _, null := range []string{"card", "transfer", "mobilePhone", "giftCertificate", "discount", "easyPay", "failure",
		"cancels", "cashReceipt", "cashReceipts", "metadata", "approvedAt"} {
		if value, there := fields[null]; !there || value != nil {
			t.Errorf("%s is %v, want null", null, value)
		}
	}
	if fields["requestedAt"] != "2026-03-01T21:00:00+09:00" {
		t.Errorf("requested at %v", fields["requestedAt"])
	}
	account, _ := fields["virtualAccount"].(map[string]any)
	if account["dueDate"] != "2026-03-08T21:00:00+09:00" || account["bankCode"] != "신한" {
		t.Errorf("got %v", account)
	}
	if number := f.paid(1000).Card.Number; number != "43301234********" {
		t.Errorf("the card number is %s", number)
	}
	short := card(1000)
	short.CardNumber = "4330"
	paid, err := f.client.KeyIn(t.Context(), short)
	if number := must(t, paid, err).Card.Number; number != "****" {
		t.Errorf("the short card number is %s", number)
	}
}

func TestStore(t *testing.T) {
	t.Parallel()
	t.Run("ForgetsTheOldestBeyondItsCapacity", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Keep: 1})
		first, second := f.paid(1000), f.paid(1000)
		_, err := f.client.GetPayment(t.Context(), first.PaymentKey)
		wantRefusal(t, err, 404, "")
		_, err = f.client.GetByOrderID(t.Context(), first.OrderID)
		wantRefusal(t, err, 404, toss.CodeNotFoundPayment)
		f.get(second.PaymentKey)
	})
	t.Run("ForgetsTheOldWhenANewOneComes", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{KeepFor: time.Millisecond, Clock: stopped()})
		first := f.paid(1000)
		f.Clock().Advance(time.Millisecond)
		f.get(first.PaymentKey) // reads do not look at the age
		f.paid(1000)
		_, err := f.client.GetPayment(t.Context(), first.PaymentKey)
		wantRefusal(t, err, 404, "")
	})
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	f := start(t, fake.Options{Style: fake.Real, Clock: stopped()})
	begin := f.Clock().Now()
	paid := f.paid(1000)
	f.Clock().Advance(time.Hour)
	f.mustCancel(paid, toss.Cancellation{CancelAmount: amount(300)})
	f.Clock().Advance(time.Hour)
	f.paid(2000)

	list := func(q toss.TransactionQuery) []toss.Transaction {
		t.Helper()
		transactions, err := f.client.Transactions(t.Context(), q)
		return must(t, transactions, err)
	}
	all := list(toss.TransactionQuery{Start: begin, End: begin.Add(3 * time.Hour)})
	if len(all) != 3 || all[0].PaymentKey != paid.PaymentKey || all[1].Status != toss.StatusPartialCanceled {
		t.Fatalf("got %+v", all)
	}
	if !all[1].Amount.Equal(money.New(300)) || all[0].TransactionKey == all[1].TransactionKey {
		t.Errorf("got %+v", all[1])
	}
	rest := list(toss.TransactionQuery{
		Start: begin, End: begin.Add(3 * time.Hour), StartingAfter: all[0].TransactionKey, Limit: 1,
	})
	if len(rest) != 1 || rest[0].TransactionKey != all[1].TransactionKey {
		t.Errorf("the page after the first is %+v", rest)
	}
	if first := list(toss.TransactionQuery{Start: begin, End: begin.Add(time.Minute)}); len(first) != 1 {
		t.Errorf("the first minute has %d transactions", len(first))
	}
	_, err := f.client.Transactions(t.Context(), toss.TransactionQuery{Start: begin, End: begin, StartingAfter: "unknown"})
	wantRefusal(t, err, 400, "INVALID_PAGING_KEY")
}

// charged is a payment by a registered card.
func (f fixture) charged(units int64) (*toss.Billing, *toss.Payment) {
	f.t.Helper()
	registered, err := f.client.StoreBilling(f.t.Context(), toss.BillingCard{
		CustomerKey: uuid.NewString(), CardNumber: "4330123412341234", CardExpirationYear: "28", CardExpirationMonth: "03",
		CardPassword: "12", CustomerBirthday: "880311", CustomerIdentityNumber: "880311",
	})
	must(f.t, registered, err)
	payment, err := f.client.ChargeBilling(f.t.Context(), registered.BillingKey, toss.Charge{
		CustomerKey: registered.CustomerKey, OrderID: uuid.NewString(), OrderName: "구독", Amount: money.New(units),
	})
	return registered, must(f.t, payment, err)
}

func TestBilling(t *testing.T) {
	t.Parallel()
	t.Run("IsChargedAtOnce", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			if _, payment := f.charged(1000); payment.Status != toss.StatusDone {
				t.Errorf("got %s", payment.Status)
			} else {
				f.wantHeld(payment.PaymentKey, 1000)
			}
		})
	})
	t.Run("BelongsToOneCustomer", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			status, code := 403, ""
			if style == fake.Real {
				status, code = 400, toss.CodeNotMatchesCustomerKey
			}
			registered, _ := f.charged(1000)
			_, err := f.client.AuthorizeBilling(t.Context(), registered.BillingKey, "somebody-else")
			wantRefusal(t, err, status, code)
		})
	})
	t.Run("IsChargedForItsOwnCustomerOnly", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real})
		registered, _ := f.charged(1000)
		_, err := f.client.ChargeBilling(t.Context(), registered.BillingKey, toss.Charge{
			CustomerKey: "somebody-else", OrderID: uuid.NewString(), OrderName: "구독", Amount: money.New(1000),
		})
		wantRefusal(t, err, 400, toss.CodeNotMatchesCustomerKey)
	})
	t.Run("IsGoneOnceDeleted", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
			registered, _ := f.charged(1000)
			if err := f.client.DeleteBilling(t.Context(), registered.BillingKey); err != nil {
				t.Fatal(err)
			}
			status, code := 404, ""
			if style == fake.Real {
				status, code = 400, "ALREADY_REMOVED_BILLING_KEY"
			}
			_, err := f.client.AuthorizeBilling(t.Context(), registered.BillingKey, registered.CustomerKey)
			wantRefusal(t, err, status, code)
			wantRefusal(t, f.client.DeleteBilling(t.Context(), registered.BillingKey), status, code)
		})
	})
}

func TestLedger_MasksWhatIsSecret(t *testing.T) {
	t.Parallel()
	f := start(t, fake.Options{})
	f.charged(1000)
	requests := f.Ledger().Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests", len(requests))
	}
	for _, r := range requests {
		if strings.Contains(r.Body, "4330") || r.Body == "" {
			t.Errorf("got %+v", r)
		}
	}
}
