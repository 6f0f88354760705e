package iamport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"runtime"
	"slices"
	"strings"
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
			_, err := f.Faults().Add(fault.Plan{Kind: fault.Reject, Code: "REJECTED"})
			if !errors.Is(err, fault.ErrInvalid) {
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
