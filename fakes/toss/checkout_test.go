package toss_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	fake "github.com/samchon/payments-server/fakes/toss"
)

// window is a payment window as a browser has it open.
type window struct {
	fixture
	path string
}

type outcome struct {
	Redirect string
	Result   map[string]string
	Error    struct{ Code, Message string }
	Code     string // of a refusal
}

// openWindow opens one as the SDK does. Fields replace those of a good order.
func (f fixture) openWindow(fields map[string]any) (window, outcome) {
	f.t.Helper()
	order := map[string]any{
		"clientKey": "test_ck_x", "method": "카드", "amount": 1000, "orderId": uuid.NewString(), "orderName": "티셔츠 <b>외</b>",
		"successUrl": "https://shop.test/success?from=cart", "failUrl": "https://shop.test/fail",
	}
	for name, value := range fields {
		order[name] = value
	}
	body, err := json.Marshal(order)
	if err != nil {
		f.t.Fatal(err)
	}
	var answer struct {
		Path string
		outcome
	}
	f.browse(http.MethodPost, "/checkout", string(body), &answer)
	return window{f, answer.Path}, answer.outcome
}

func (f fixture) browse(method, path, body string, into any) *http.Response {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.URL()+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	res, err := f.http.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	return res
}

func (w window) choose(choice string) outcome {
	w.t.Helper()
	var o outcome
	w.browse(http.MethodPost, w.path+"/"+choice, "", &o)
	return o
}

// payment is the one that the window is for.
func (w window) payment() *toss.Payment {
	w.t.Helper()
	return w.get(strings.TrimPrefix(w.path, "/checkout/"))
}

// query is what the shop is told at the address that the payer was sent to.
func (o outcome) query(t *testing.T) url.Values {
	t.Helper()
	u, err := url.Parse(o.Redirect)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func TestCheckout(t *testing.T) {
	t.Parallel()
	t.Run("BringsWhatConfirmNeedsToSuccessURL", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			w, _ := f.openWindow(nil)
			o := w.choose("pay")
			q := o.query(t)
			if !strings.HasPrefix(o.Redirect, "https://shop.test/success?") || q.Get("from") != "cart" {
				t.Errorf("got %s", o.Redirect)
			}
			f.wantHeld(q.Get("paymentKey"), 0)
			done, err := f.client.Confirm(t.Context(), toss.Confirmation{
				PaymentKey: q.Get("paymentKey"), OrderID: q.Get("orderId"), Amount: money.MustParse(q.Get("amount")),
			})
			if must(t, done, err).Status != toss.StatusDone {
				t.Errorf("got %s", done.Status)
			}
			f.wantHeld(done.PaymentKey, 1000)
		})
	})
	t.Run("OpensAnAccountOnceItIsConfirmed", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			w, _ := f.openWindow(map[string]any{"method": "VIRTUAL_ACCOUNT", "customerName": "홍길동", "validHours": 24})
			p := f.get(w.choose("pay").query(t).Get("paymentKey"))
			waits, err := f.confirm(p)
			if must(t, waits, err).Status != toss.StatusWaitingForDeposit || waits.VirtualAccount.CustomerName != "홍길동" {
				t.Fatalf("got %s, %+v", waits.Status, waits.VirtualAccount)
			}
			if _, err := f.client.Deposit(t.Context(), p.PaymentKey); err != nil {
				t.Fatal(err)
			}
			f.wantHeld(p.PaymentKey, 1000)
		})
	})
	t.Run("CapturesNothingThePayerHasNotAgreedTo", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			w, _ := f.openWindow(nil)
			ready := w.payment()
			_, err := f.confirm(ready)
			wantRefusal(t, err, 404, toss.CodeNotFoundPaymentSession)
			w.choose("reject")
			_, err = f.confirm(ready)
			wantRefusal(t, err, 400, toss.CodeAlreadyProcessed)
			f.wantHeld(ready.PaymentKey, 0)
		})
	})
	t.Run("BringsARejectionToFailURL", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		w, _ := f.openWindow(map[string]any{"orderId": "order-1"})
		q := w.choose("reject").query(t)
		if q.Get("code") != "REJECT_CARD_COMPANY" || q.Get("orderId") != "order-1" || q.Get("message") == "" {
			t.Errorf("got %v", q)
		}
		got, err := f.client.GetByOrderID(t.Context(), "order-1")
		if must(t, got, err).Status != toss.StatusAborted {
			t.Errorf("got %s", got.Status)
		}
		if o := w.choose("pay"); o.Code != toss.CodeNotFoundPaymentSession {
			t.Errorf("a rejected payment was paid: %+v", o)
		}
	})
	t.Run("DoesNotTellFailURLWhichOrderWasGivenUp", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		w, _ := f.openWindow(nil)
		if q := w.choose("cancel").query(t); q.Get("code") != "PAY_PROCESS_CANCELED" || q.Has("orderId") {
			t.Errorf("got %v", q)
		}
	})
	t.Run("BringsAllByThePromiseWithoutAddresses", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		addressless := map[string]any{"successUrl": "", "failUrl": ""}
		w, _ := f.openWindow(addressless)
		if o := w.choose("cancel"); o.Error.Code != "PAY_PROCESS_CANCELED" {
			t.Errorf("got %+v", o)
		}
		if o := w.choose("pay"); o.Result["amount"] != "1000" || o.Result["paymentKey"] == "" {
			t.Errorf("got %+v", o)
		}
	})
	t.Run("BringsAnAuthKeyForACard", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		w, _ := f.openWindow(map[string]any{"billing": true, "customerKey": "customer-1"})
		q := w.choose("pay").query(t)
		registered, err := f.client.IssueBilling(t.Context(), q.Get("authKey"), q.Get("customerKey"))
		if must(t, registered, err).CustomerKey != "customer-1" {
			t.Errorf("got %q", registered.CustomerKey)
		}
	})
	t.Run("EndsAfterThirtyMinutes", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Clock: stopped()})
		w, _ := f.openWindow(nil)
		f.Clock().Advance(30 * time.Minute)
		if o := w.choose("pay"); o.Code != toss.CodeNotFoundPaymentSession {
			t.Errorf("got %+v", o)
		}
	})
	for name, c := range map[string]struct {
		field string
		value any
		code  string
	}{
		"AShortOrderID":      {"orderId", "12345", "INVALID_ORDER_ID"},
		"KoreanOrderID":      {"orderId", "주문번호일이삼", "INVALID_ORDER_ID"},
		"NoAmount":           {"amount", 0, "BELOW_MINIMUM_AMOUNT"},
		"NoOrderName":        {"orderName", nil, toss.CodeInvalidRequest},
		"ALongOrderName":     {"orderName", strings.Repeat("가", 101), "INVALID_ORDER_NAME"},
		"AnotherMethod":      {"method", "비트코인", "NOT_SUPPORTED_METHOD"},
		"AddressWithoutHost": {"successUrl", "javascript:alert(1)", toss.CodeInvalidRequest},
	} {
		t.Run("Refuses"+name, func(t *testing.T) {
			t.Parallel()
			f := start(t, fake.Options{})
			if _, o := f.openWindow(map[string]any{c.field: c.value}); o.Code != c.code {
				t.Errorf("got %q, want %q", o.Code, c.code)
			}
		})
	}
	t.Run("RefusesAnOrderThatIsPaid", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real})
		if _, o := f.openWindow(map[string]any{"orderId": f.paid(1000).OrderID}); o.Code != toss.CodeDuplicatedOrderID {
			t.Errorf("got %q", o.Code)
		}
	})
}
