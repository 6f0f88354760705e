package gateway_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/internal/gateway"
	"github.com/samchon/payments-server/internal/payment"
)

// verdict is what a gateway makes of an answer.
type verdict string

const (
	snapshot verdict = "snapshot"
	declined verdict = "declined"
	unknown  verdict = "unknown"
)

func judge(err error) verdict {
	var d *payment.Declined
	switch {
	case err == nil:
		return snapshot
	case errors.As(err, &d):
		return declined
	}
	return unknown
}

// answering is a PG that gives one answer to every POST and another to every GET.
func answering(t *testing.T, postStatus int, post string, getStatus int, get string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		status, body := getStatus, get
		switch {
		case r.URL.Path == "/users/getToken":
			status, body = 200, `{"code":0,"response":{"now":1,"expired_at":1801,"access_token":"t"}}`
		case r.Method == http.MethodPost:
			status, body = postStatus, post
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const (
	tossDone = `{"paymentKey":"k","orderId":"o","status":"DONE","currency":"KRW","totalAmount":100,"balanceAmount":100,"approvedAt":"2026-01-01T00:00:00+09:00"}`
	tossOpen = `{"paymentKey":"k","orderId":"o","status":"IN_PROGRESS","currency":"KRW","totalAmount":100,"balanceAmount":100}`
)

// The codes are those of docs.tosspayments.com/reference/error-codes. Their HTTP
// status tells little: PROVIDER_ERROR comes with 400 and passes, a refused card
// comes with 403 and does not.
func TestToss_CaptureIsJudgedByCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		status   int
		body     string
		lookedUp string // what a look at the payment shows afterwards
		want     verdict
	}{
		{"approved", 200, tossDone, tossDone, snapshot},
		{"a refused card", 403, `{"code":"REJECT_CARD_PAYMENT","message":"m"}`, tossOpen, declined},
		{"another amount", 400, `{"code":"INVALID_REQUEST","message":"m"}`, tossOpen, declined},
		{"a wrong key, which proves nothing about the payment", 401, `{"code":"UNAUTHORIZED_KEY","message":"m"}`, tossOpen,
			unknown},
		{"a page of a proxy", 403, `<html>`, tossOpen, unknown},
		{"no such payment", 404, `{"code":"NOT_FOUND_PAYMENT","message":"m"}`, tossOpen, declined},
		{"the fake's refusal", 422, `{"statusCode":422,"message":"Wrong amount","error":"Unprocessable Entity"}`, tossOpen,
			declined},
		{"processed already", 400, `{"code":"ALREADY_PROCESSED_PAYMENT","message":"m"}`, tossDone, snapshot},
		{"a new code, though captured", 400, `{"code":"SOMETHING_NEW","message":"m"}`, tossDone, snapshot},
		{"a new code, not captured", 400, `{"code":"SOMETHING_NEW","message":"m"}`, tossOpen, declined},
		{"an acquirer that did not answer", 400, `{"code":"PROVIDER_ERROR","message":"m"}`, tossOpen, unknown},
		{"the same key in flight", 409, `{"code":"IDEMPOTENT_REQUEST_PROCESSING","message":"m"}`, tossOpen, unknown},
		{"too fast", 403, `{"code":"FORBIDDEN_CONSECUTIVE_REQUEST","message":"m"}`, tossOpen, unknown},
		{"their trouble by name", 400, `{"code":"FAILED_INTERNAL_SYSTEM_PROCESSING","message":"m"}`, tossOpen, unknown},
		{"their trouble by status", 500, `{"code":"ANYTHING","message":"m"}`, tossOpen, unknown},
		{"a proxy's page", 502, `<html>`, tossOpen, unknown},
		{"throttled", 429, `{}`, tossOpen, unknown},
		{"an answer that cannot be read", 200, `{"paymentKey":`, tossOpen, unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, err := toss.New(toss.Options{BaseURL: answering(t, c.status, c.body, 200, c.lookedUp), SecretKey: "test_sk"})
			if err != nil {
				t.Fatal(err)
			}
			g := gateway.NewToss(map[string]*toss.Client{"default": client})
			_, err = g.Capture(t.Context(), payment.Capture{
				Vendor: payment.Vendor{Code: payment.Toss, StoreID: "s",
					UID: "k"}, OrderID: "o", Price: money.New(100), IdempotencyKey: "i",
			})
			if got := judge(err); got != c.want {
				t.Errorf("got %s (%v), want %s", got, err, c.want)
			}
		})
	}
}

func TestIamport_CancelIsJudgedByStatusAndCode(t *testing.T) {
	t.Parallel()
	const done = `{"code":0,"message":"success","response":{"imp_uid":"u","merchant_uid":"o","amount":100,"cancel_amount":100,"currency":"KRW",` +
		`"status":"cancelled","paid_at":1,"cancel_history":[{"amount":100,"cancelled_at":2,"reason":"r"}]}}`
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   verdict
	}{
		{"done", 200, done, snapshot},
		{"a refusal with 200", 200, `{"code":1,"message":"취소할 금액이 없습니다","response":null}`, declined},
		{"the fake's refusal", 422, `{"statusCode":422,"message":"m","error":"Unprocessable Entity"}`, declined},
		{"no such payment", 404, `{"code":-1,"message":"m","response":null}`, declined},
		{"their trouble", 500, `{"code":-1,"message":"m","response":null}`, unknown},
		{"throttled", 429, `{}`, unknown},
		{"an answer that cannot be read", 200, `{"code":`, unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := iamport.New(iamport.Options{BaseURL: answering(t, c.status, c.body, 404, `{}`), Key: "k", Secret: "s"})
			g := gateway.NewIamport(map[string]*iamport.Client{"default": client})
			_, err := g.Refund(t.Context(), payment.Refund{
				Vendor: payment.Vendor{Code: payment.Iamport, StoreID: "s", UID: "u"}, OrderID: "o",
				Amount: money.New(100), ExpectedBalance: money.New(100), Reason: "r", IdempotencyKey: "i",
			})
			if got := judge(err); got != c.want {
				t.Errorf("got %s (%v), want %s", got, err, c.want)
			}
		})
	}
}

// TestRead_RefusedIsNotMissing: a payment that cannot be read may have been paid, in
// the customer's browser or by an earlier request.
func TestRead_RefusedIsNotMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		status        int
		iamport, toss string
		want          verdict
	}{
		{"no such thing", 404, `{"code":-1,"message":"m","response":null}`, `{"code":"NOT_FOUND_PAYMENT","message":"m"}`, declined},
		{"the fake's word for that", 404, fakeRefusal(404), fakeRefusal(404), declined},
		{"not now, with 200", 200, `{"code":-1,"message":"m","response":null}`, `{}`, unknown},
		{"a bad request", 400, `{"code":-1,"message":"m","response":null}`, `{"code":"INVALID_REQUEST","message":"m"}`, unknown},
		{"not allowed", 403, fakeRefusal(403), `{"code":"FORBIDDEN_REQUEST","message":"m"}`, unknown},
		{"no such method", 405, fakeRefusal(405), fakeRefusal(405), unknown},
		{"gone", 410, fakeRefusal(410), fakeRefusal(410), unknown},
		{"the fake's refusal", 422, fakeRefusal(422), fakeRefusal(422), unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			i := iamportAt(answering(t, 500, ``, c.status, c.iamport))
			v := payment.Vendor{Code: payment.Iamport, StoreID: "s", UID: "u"}
			_, captured := i.Capture(t.Context(), payment.Capture{Vendor: v, OrderID: "o", Price: money.New(100)})
			_, lookedUp := i.Lookup(t.Context(), v)
			_, billed := i.BillingKey(t.Context(), v, "o")
			_, tossed := tossAt(t, answering(t, 500, ``, c.status, c.toss)).Lookup(t.Context(),
				payment.Vendor{Code: payment.Toss, StoreID: "s", UID: "k"})
			for call, err := range map[string]error{"iamport capture": captured, "iamport lookup": lookedUp,
				"iamport billing key": billed, "toss lookup": tossed} {
				if got := judge(err); got != c.want {
					t.Errorf("%s: got %s (%v), want %s", call, got, err, c.want)
				}
			}
		})
	}
}

// TestRefusal_OfSomebodyElse: what stands before a PG, or at a mistyped address, has
// not looked at the payment, whatever it says.
func TestRefusal_OfSomebodyElse(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403, 404, 405, 410, 413, 422} {
		for _, body := range []string{
			``, `<html>maintenance</html>`, `null`, `{}`, `{"message":"no Route matched with those values"}`,
			`{"statusCode":404,"message":"Resource not found"}`, `{"code":404,"message":"HTTP 404 Not Found"}`,
			`{"status":404,"error":"Not Found","message":"No message available","path":"/v1/payments"}`,
			`{"statusCode":404,"message":"Cannot GET /v1/payments/k","error":"Not Found"}`,
		} {
			t.Run(fmt.Sprintf("%d %s", status, body), func(t *testing.T) {
				t.Parallel()
				url := answering(t, status, body, status, body)
				for pg, g := range map[string]payment.Gateway{"iamport": iamportAt(url), "toss": tossAt(t, url)} {
					v := payment.Vendor{StoreID: "s", UID: "k"}
					refund := payment.Refund{Vendor: v, OrderID: "o", Amount: money.New(100), ExpectedBalance: money.New(100)}
					_, captured := g.Capture(t.Context(), payment.Capture{Vendor: v, OrderID: "o", Price: money.New(100)})
					_, lookedUp := g.Lookup(t.Context(), v)
					_, refunded := g.Refund(t.Context(), refund)
					_, closed := g.Close(t.Context(), refund)
					_, billed := g.BillingKey(t.Context(), v, "o")
					for call, err := range map[string]error{"capture": captured, "lookup": lookedUp, "refund": refunded,
						"close": closed, "billing key": billed} {
						if got := judge(err); got != unknown {
							t.Errorf("%s %s: got %s (%v), want %s", pg, call, got, err, unknown)
						}
					}
				}
			})
		}
	}
}

// TestRefusal_OfTheFakesValidator: it has no statusCode in Toss's.
func TestRefusal_OfTheFakesValidator(t *testing.T) {
	t.Parallel()
	const body = `{"path":"$input.reason","expected":"string","message":"Request body data is not following the promised type."}`
	_, err := tossAt(t, answering(t, 400, body, 500, ``)).Refund(t.Context(), payment.Refund{Vendor: payment.Vendor{UID: "k"}})
	if got := judge(err); got != declined {
		t.Errorf("got %s (%v), want %s", got, err, declined)
	}
}

// TestToss_SnapshotOfCancels: what was never paid was not paid at any time, and a refund
// that failed is none.
func TestToss_SnapshotOfCancels(t *testing.T) {
	t.Parallel()
	const (
		account = `"approvedAt":"2026-01-01T00:00:00+09:00","virtualAccount":{"settlementStatus":"%s","refundStatus":"%s"}`
		cancel  = `{"cancelAmount":%d,"cancelReason":"r","cancelStatus":"%s","canceledAt":"2026-01-01T00:00:01+09:00"}`
	)
	done := fmt.Sprintf(cancel, 100, "DONE")
	for _, c := range []struct {
		name, version, status, rest, cancels string
		paid                                 bool
		refund                               int64
	}{
		{"an account closed before its deposit", "1.3", "CANCELED", fmt.Sprintf(account, "INCOMPLETED", "NONE"), done, false, 100},
		{"the same, as later versions tell it", "2022-11-16", "CANCELED", `"approvedAt":null`, done, false, 100},
		{"a deposit that the reference's fake refunded", "1.3", "CANCELED", fmt.Sprintf(account, "COMPLETED", "NONE"), done, true, 100},
		{"a deposit whose refund is under way", "1.4", "CANCELED", fmt.Sprintf(account, "INCOMPLETED", "PENDING"), done, true, 100},
		{"a deposit just refunded, in later versions", "2022-11-16", "CANCELED", fmt.Sprintf(account, "INCOMPLETED", "NONE"), done, true, 100},
		{"a part of a deposit", "1.4", "PARTIAL_CANCELED", fmt.Sprintf(account, "INCOMPLETED", "NONE"),
			fmt.Sprintf(cancel, 30, "DONE"), true, 30},
		{"a refund that failed", "2022-11-16", "DONE", `"approvedAt":"2026-01-01T00:00:00+09:00"`, fmt.Sprintf(cancel, 100, "ABORTED"), true, 0},
		{"one that failed and one under way", "2022-11-16", "PARTIAL_CANCELED", `"approvedAt":"2026-01-01T00:00:00+09:00"`,
			fmt.Sprintf(cancel, 100, "ABORTED") + "," + fmt.Sprintf(cancel, 40, "IN_PROGRESS"), true, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body := fmt.Sprintf(`{"paymentKey":"k","orderId":"o","version":"%s","status":"%s","currency":"KRW","totalAmount":100,%s,"cancels":[%s]}`,
				c.version, c.status, c.rest, c.cancels)
			s, err := tossAt(t, answering(t, 500, ``, 200, body)).Lookup(t.Context(), payment.Vendor{Code: payment.Toss, UID: "k"})
			if err != nil {
				t.Fatal(err)
			}
			refunded := c.refund > 0
			if (s.PaidAt != nil) != c.paid || !s.Refund.Equal(money.New(c.refund)) || (s.CancelledAt != nil) != refunded ||
				(len(s.Cancels) > 0) != refunded {
				t.Errorf("paid at %v, cancelled at %v, refund %v in %d cancels", s.PaidAt, s.CancelledAt, s.Refund, len(s.Cancels))
			}
		})
	}
}

// fakeRefusal is how the fakes refuse in the reference's style.
func fakeRefusal(status int) string {
	return fmt.Sprintf(`{"statusCode":%d,"message":"m","error":"%s"}`, status, http.StatusText(status))
}

func iamportAt(url string) *gateway.Iamport {
	return gateway.NewIamport(map[string]*iamport.Client{
		"default": iamport.New(iamport.Options{BaseURL: url, Key: "k", Secret: "s"}),
	})
}

func tossAt(t *testing.T, url string) *gateway.Toss {
	t.Helper()
	client, err := toss.New(toss.Options{BaseURL: url, SecretKey: "test_sk"})
	if err != nil {
		t.Fatal(err)
	}
	return gateway.NewToss(map[string]*toss.Client{"default": client})
}

func TestGateway_UnknownStore(t *testing.T) {
	t.Parallel()
	g := gateway.NewIamport(map[string]*iamport.Client{})
	_, err := g.Lookup(t.Context(), payment.Vendor{StoreID: "nobody"})
	var d *payment.Declined
	if !errors.As(err, &d) || d.Code != "unknown_store" {
		t.Errorf("got %v", err)
	}
}

// TestIamport_NoTokenProvesNothing: whatever is wrong with the token's own request,
// the payment may have been paid.
func TestIamport_NoTokenProvesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		body   string
	}{
		{"wrong keys", 401, `{"code":-1,"message":"인증에 실패하였습니다.","response":null}`},
		{"a refusal with 200", 200, `{"code":-1,"message":"m","response":null}`},
		{"a bad request", 400, `{"code":-1,"message":"m","response":null}`},
		{"nothing there", 404, `{"code":-1,"message":"m","response":null}`},
		{"not now", 422, `{}`},
		{"no token in it", 200, `{"code":0,"response":null}`},
		{"not JSON", 200, `<html>`},
		{"their trouble", 503, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			t.Cleanup(s.Close)
			client := iamport.New(iamport.Options{BaseURL: s.URL, Key: "k", Secret: "s"})
			g := gateway.NewIamport(map[string]*iamport.Client{"default": client})
			v := payment.Vendor{Code: payment.Iamport, StoreID: "s", UID: "u"}
			_, captured := g.Capture(t.Context(), payment.Capture{Vendor: v, OrderID: "o", Price: money.New(100)})
			_, refunded := g.Refund(t.Context(), payment.Refund{Vendor: v, OrderID: "o", Amount: money.New(100),
				ExpectedBalance: money.New(100)})
			_, read := g.BillingKey(t.Context(), v, "o")
			for call, err := range map[string]error{"capture": captured, "refund": refunded, "billing key": read} {
				if got := judge(err); got != unknown {
					t.Errorf("%s: got %s (%v), want %s", call, got, err, unknown)
				}
			}
		})
	}
}
