package iamport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	"github.com/samchon/payments-server/fakes/iamport"
	"github.com/samchon/payments-server/fakes/ledger"
)

func TestFaults(t *testing.T) {
	t.Parallel()

	t.Run("ALostAnswerHidesWhatTheLedgerKnows", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		f.Faults().MustAdd(fault.Plan{Kind: fault.Lose, Path: "/subscribe/payments/onetime"})
		o := order(10_000)
		_, err := f.client.Onetime(t.Context(), api.OnetimeRequest{CardInput: card(), Order: o})
		var refusal *api.Error
		if err == nil || errors.As(err, &refusal) {
			t.Fatalf("got %v, want a broken connection", err)
		}
		entries, totals := f.Ledger().Order(o.MerchantUID)
		if len(entries) != 1 || entries[0].Kind != ledger.Captured || totals.Balance().String() != "10000" {
			t.Errorf("the ledger has %+v", entries)
		}
		found := must(f.client.FindByMerchantUID(t.Context(), o.MerchantUID))(f)
		if got := f.webhooks(found.ImpUID); !slices.Equal(got, []string{"paid"}) {
			t.Errorf("told %v, want paid", got)
		}
	})

	t.Run("ADroppedRequestLeavesNothing", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		f.Faults().MustAdd(fault.Plan{Kind: fault.Drop, Path: "/subscribe/payments/onetime"})
		o := order(10_000)
		if _, err := f.client.Onetime(t.Context(), api.OnetimeRequest{CardInput: card(), Order: o}); err == nil {
			t.Fatal("no error")
		}
		if entries, _ := f.Ledger().Order(o.MerchantUID); len(entries) != 0 {
			t.Errorf("the ledger has %+v", entries)
		}
	})

	t.Run("EveryRequestAboutAPaymentIsOnRecord", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, _ iamport.Style) {
			f.Faults().MustAdd(fault.Plan{Kind: fault.Lose, Path: "/subscribe/payments/onetime"})
			f.Faults().MustAdd(fault.Plan{Kind: fault.Drop, Path: "/payments/cancel"})
			o := order(10_000)
			_, lost := f.client.Onetime(f.Context(), api.OnetimeRequest{CardInput: card(), Order: o})
			p := must(f.client.FindByMerchantUID(f.Context(), o.MerchantUID))(f)
			_, dropped := f.cancel(p, 4_000)
			if lost == nil || dropped == nil {
				f.Fatalf("no faults: %v, %v", lost, dropped)
			}
			must(f.cancel(p, 4_000))(f)
			form := f.authorized()
			form.Set("Content-Type", "application/x-www-form-urlencoded")
			f.send(http.MethodPost, "/receipts/"+p.ImpUID, form, "identifier=1")
			f.send(http.MethodPost, "/payments/cancel", form, "reason=x&amount=99999&imp_uid="+p.ImpUID)
			var got []string
			for _, r := range f.Ledger().Find(ledger.Query{Subject: ledger.Subject{Payment: p.ImpUID}}) {
				got = append(got, fmt.Sprint(path.Base(r.Path), r.Faults))
			}
			want := []string{
				"onetime[lose]", o.MerchantUID + "[]", "cancel[drop]", "cancel[]", p.ImpUID + "[]", "cancel[]",
			}
			if !slices.Equal(got, want) {
				f.Errorf("on record are %v, want %v", got, want)
			}
		})
	})

	t.Run("AFailureAfterTheFactLooksLikeOneBefore", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(10_000)
		f.Faults().MustAdd(fault.Plan{Kind: fault.Fail, Path: "/payments/cancel"})
		_, err := f.cancel(p, 4_000)
		var refusal *api.Error
		if !errors.As(err, &refusal) || refusal.Status != http.StatusInternalServerError {
			t.Fatalf("got %v, want a 500", err)
		}
		f.wantBalance(p.ImpUID, 6_000)
	})

	t.Run("ACodeOfTheVendorsIsARefusalInAnEnvelope", func(t *testing.T) {
		t.Parallel()
		inBothStyles(t, func(f fixture, _ iamport.Style) {
			header := f.authorized()
			for _, test := range []struct {
				plan   fault.Plan
				status int
				body   string
			}{
				{fault.Plan{Code: "-1"}, 200, `{"code":-1,"message":"결제에 실패하였습니다.","response":null}`},
				{
					fault.Plan{Code: "1", Status: 402, Message: "한도 초과"}, 402,
					`{"code":1,"message":"한도 초과","response":null}`,
				},
			} {
				test.plan.Kind = fault.Reject
				f.Faults().MustAdd(test.plan)
				got := f.send(http.MethodPost, "/subscribe/payments/again", header, "{}")
				if got.status != test.status || strings.TrimSpace(got.body) != test.body {
					f.Errorf("answered %d %s, want %d %s", got.status, got.body, test.status, test.body)
				}
			}
			if _, err := f.Faults().Add(fault.Plan{Kind: fault.Reject, Code: "REJECTED"}); !errors.Is(err, fault.ErrInvalid) {
				f.Errorf("a code that is no number: %v, want ErrInvalid", err)
			}
		})
	})

	t.Run("ADelayedRequestIsDoneAfterItsSenderLeft", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		f.Faults().MustAdd(fault.Plan{Kind: fault.Delay, Path: "/subscribe/payments/onetime", Delay: clock.Duration(time.Minute)})
		o := order(10_000)
		impatient, leave := context.WithCancel(t.Context())
		go func() {
			for f.Clock().Timers() == 0 { // until the delay has begun
				runtime.Gosched()
			}
			leave()
		}()
		if _, err := f.client.Onetime(impatient, api.OnetimeRequest{CardInput: card(), Order: o}); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want context.Canceled", err)
		}
		if _, err := f.client.FindByMerchantUID(t.Context(), o.MerchantUID); !errors.Is(err, api.ErrNotFound) {
			t.Fatalf("before its time: %v, want ErrNotFound", err)
		}
		done := f.Ledger().Changed()
		f.Clock().Advance(time.Minute)
		<-done
		must(f.client.FindByMerchantUID(t.Context(), o.MerchantUID))(f)
	})

	t.Run("AStaleReadShowsThePast", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(10_000)
		must(f.cancel(p, 10_000))(f)
		f.Faults().MustAdd(fault.Plan{Kind: fault.StaleRead, Method: http.MethodGet})
		if read := f.read(p.ImpUID); read.Status != api.StatusPaid {
			t.Errorf("the stale read shows %s, want paid", read.Status)
		}
		if read := f.read(p.ImpUID); read.Status != api.StatusCancelled {
			t.Errorf("the next read shows %s, want cancelled", read.Status)
		}
	})

	t.Run("ADuplicateWebhookComesTwice", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t)
		f := start(t, iamport.Options{WebhookURL: shop.URL})
		f.Faults().MustAdd(fault.Plan{Kind: fault.DuplicateWebhook, Path: "/subscribe/payments/*"})
		p := f.payByCard(10_000)
		f.webhooks(p.ImpUID)
		if got := shop.got(); len(got) != 2 || got[0] != got[1] {
			t.Errorf("received %v", got)
		}
	})
}

// TestWebhookFaults_StrikeWhateverCausedIt: a request, the payment window, and
// what a person does by the page.
func TestWebhookFaults_StrikeWhateverCausedIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path  string // of the cause
		cause func(f fixture) (impUID string)
	}{
		"Request": {"/vbanks", func(f fixture) string { return f.openVBank(1_000, time.Hour).ImpUID }},
		"Checkout": {"/checkout/*/pay", func(f fixture) string {
			return f.payAtCheckout(`{"merchant_uid":"a","amount":1000}`)
		}},
		"People": {"/__fake/payments/*/deposit", func(f fixture) string {
			p := f.openVBank(1_000, time.Hour)
			if err := f.Act(f.Context(), p.ImpUID, iamport.Deposit); err != nil {
				f.Fatal(err)
			}
			return p.ImpUID
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := openShop(t)
			f := start(t, iamport.Options{WebhookURL: shop.URL})
			plan := f.Faults().MustAdd(fault.Plan{Kind: fault.DuplicateWebhook, Path: test.path})
			f.Faults().MustAdd(fault.Plan{Kind: fault.LoseWebhook, Path: "/another/cause"})
			told := f.webhooks(test.cause(f))
			if got := shop.got(); len(got) != len(told)+1 || got[len(got)-1] != got[len(got)-2] {
				t.Errorf("received %v of %v, want the last twice", got, told)
			}
			if hook := f.Webhooks()[len(told)-1]; !slices.Equal(hook.Faults, []fault.Kind{plan.Kind}) {
				t.Errorf("the log tells of %v", hook.Faults)
			}
		})
	}
}

// payAtCheckout pays in a window, without a browser.
func (f fixture) payAtCheckout(order string) (impUID string) {
	f.Helper()
	var window struct{ Path string }
	if err := json.Unmarshal([]byte(f.send(http.MethodPost, "/checkout", nil, order).body), &window); err != nil {
		f.Fatal(err)
	}
	if got := f.send(http.MethodPost, window.Path+"/pay", nil, ""); got.status != http.StatusOK {
		f.Fatalf("the window answered %d %s", got.status, got.body)
	}
	return path.Base(window.Path)
}

func TestWebhook(t *testing.T) {
	t.Parallel()

	t.Run("SaysThreeThings", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t)
		f := start(t, iamport.Options{WebhookURL: shop.URL})
		p := f.payByCard(10_000)
		f.webhooks(p.ImpUID)
		want := `{"imp_uid":"` + p.ImpUID + `","merchant_uid":"` + p.MerchantUID + `","status":"paid"}`
		if got := shop.got(); !slices.Equal(got, []string{want}) {
			t.Errorf("received %v, want %s", got, want)
		}
	})

	t.Run("MayBeAForm", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t)
		f := start(t, iamport.Options{WebhookURL: shop.URL, WebhookForm: true})
		p := f.payByCard(10_000)
		f.webhooks(p.ImpUID)
		want := "imp_uid=" + p.ImpUID + "&merchant_uid=" + p.MerchantUID + "&status=paid"
		if got := shop.got(); !slices.Equal(got, []string{want}) {
			t.Errorf("received %v, want %s", got, want)
		}
	})

	t.Run("HeedsSettingsThatChange", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t, 500)
		f := start(t, iamport.Options{WebhookURL: shop.URL})
		if err := f.Configure(iamport.Settings{WebhookForm: true, WebhookRetries: clock.Durations{time.Minute}}); err != nil {
			t.Fatal(err)
		}
		f.webhooks(f.payByCard(10_000).ImpUID)
		f.Clock().Advance(time.Minute)
		if got := shop.got(); len(got) != 2 || !strings.HasPrefix(got[1], "imp_uid=") {
			t.Errorf("received %v, want a form, twice", got)
		}
	})

	t.Run("FindsTheStateItSpeaksOf", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		states := make(chan api.Status, 10)
		shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			var hook api.Webhook
			if err := decodeJSON(r, &hook); err != nil {
				t.Error(err)
			}
			states <- f.read(hook.ImpUID).Status
		}))
		defer shop.Close()
		f.SetWebhookURL(shop.URL)
		p := f.payByCard(10_000)
		must(f.cancel(p, 10_000))(f)
		f.webhooks(p.ImpUID)
		if first, second := <-states, <-states; first == "" || second != api.StatusCancelled {
			t.Errorf("the receiver read %s and %s", first, second)
		}
	})

	t.Run("IsTriedAgainWhenTheShopAsksForIt", func(t *testing.T) {
		t.Parallel()
		shop := openShop(t, 503, 503)
		minute := time.Minute
		f := start(t, iamport.Options{
			WebhookURL: shop.URL, WebhookRetries: []time.Duration{minute, minute, minute, minute, minute},
		})
		p := f.payByCard(10_000)
		f.webhooks(p.ImpUID)
		f.Clock().Advance(time.Hour)
		if got := shop.got(); len(got) != 3 {
			t.Errorf("received %d, want 3", len(got))
		}
	})
}

func TestStore(t *testing.T) {
	t.Parallel()

	t.Run("KeepsTheNewestPayments", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Keep: 1})
		first, second := f.payByCard(1), f.payByCard(2)
		if _, err := f.client.GetPayment(t.Context(), first.ImpUID); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("the first: %v, want ErrNotFound", err)
		}
		f.read(second.ImpUID)
	})

	t.Run("KeepsPaymentsForAWhile", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{KeepFor: time.Hour})
		first := f.payByCard(1)
		f.Clock().Advance(time.Hour)
		f.payByCard(2)
		if _, err := f.client.GetPayment(t.Context(), first.ImpUID); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})

	t.Run("IsEmptyAfterReset", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(1)
		f.Reset()
		if _, err := f.client.GetPayment(t.Context(), p.ImpUID); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestClock_MayBeShared(t *testing.T) {
	t.Parallel()
	shared := clock.NewStopped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	a, b := start(t, iamport.Options{Clock: shared}), start(t, iamport.Options{Clock: shared})
	p, q := a.openVBank(1, time.Hour), b.openVBank(1, time.Hour)
	shared.Advance(time.Hour)
	if a.read(p.ImpUID).Status != api.StatusFailed || b.read(q.ImpUID).Status != api.StatusFailed {
		t.Error("one of two virtual accounts is still open")
	}
}

// shop receives webhooks, and answers with the statuses it is given, then 200.
type shop struct {
	*httptest.Server
	mu       sync.Mutex
	received []string
	answers  []int
}

func openShop(t *testing.T, answers ...int) *shop {
	t.Helper()
	s := &shop{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.received = append(s.received, string(body))
		if len(s.answers) > 0 {
			w.WriteHeader(s.answers[0])
			s.answers = s.answers[1:]
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *shop) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}
