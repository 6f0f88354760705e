package toss_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/toss"
	"github.com/samchon/payments-server/fakes/clock"
	"github.com/samchon/payments-server/fakes/fault"
	fake "github.com/samchon/payments-server/fakes/toss"
)

const minute = clock.Duration(time.Minute)

// until waits for a condition that another goroutine brings about.
func (f fixture) until(what string, met func() bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-ctx.Done():
			f.t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind fault.Kind
		held int64 // of 1000, after a confirm that met the fault
	}{
		{fault.Drop, 0},
		{fault.Reject, 0},
		{fault.Lose, 1000},
		{fault.Truncate, 1000},
		{fault.Fail, 1000},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			f := start(t, fake.Options{})
			waits := f.authenticated(1000)
			f.Faults().MustAdd(fault.Plan{Kind: c.kind, Method: "POST", Path: "/v1/payments/confirm"})
			if got, err := f.confirm(waits); err == nil {
				t.Fatalf("got %s, want an error", got.Status)
			}
			f.wantHeld(waits.PaymentKey, c.held)
		})
	}
	t.Run("FailuresLookLikeTheVendorsOwn", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{Style: fake.Real})
		waits := f.authenticated(1000)
		f.Faults().MustAdd(fault.Plan{Kind: fault.Fail, Path: "/v1/payments/confirm"})
		_, err := f.confirm(waits)
		wantRefusal(t, err, 500, toss.CodeCommonError)
	})
	t.Run("DeclinesWithACodeOfTheVendors", func(t *testing.T) {
		t.Parallel()
		inStyles(t, func(t *testing.T, f fixture, _ fake.Style) {
			waits := f.authenticated(1000)
			for _, plan := range []fault.Plan{
				{Code: "REJECT_CARD_COMPANY"},
				{Code: "EXCEED_MAX_AMOUNT", Status: 402, Message: "한도를 넘었습니다."},
				{Code: "NEWLY_INVENTED"},
			} {
				plan.Kind, plan.Path = fault.Reject, "/v1/payments/confirm"
				f.Faults().MustAdd(plan)
				_, err := f.confirm(waits)
				status := map[string]int{"REJECT_CARD_COMPANY": 403, "EXCEED_MAX_AMOUNT": 402, "NEWLY_INVENTED": 400}[plan.Code]
				wantRefusal(t, err, status, plan.Code)
				if plan.Message != "" && !strings.Contains(err.Error(), plan.Message) {
					t.Errorf("got %v, want %q", err, plan.Message)
				}
			}
			f.wantHeld(waits.PaymentKey, 0)
		})
	})
	t.Run("StaleReadShowsWhatWas", func(t *testing.T) {
		t.Parallel()
		f := start(t, fake.Options{})
		waits := f.authenticated(1000)
		if _, err := f.confirm(waits); err != nil {
			t.Fatal(err)
		}
		f.Faults().MustAdd(fault.Plan{Kind: fault.StaleRead, Method: "GET"})
		if got := f.get(waits.PaymentKey); got.Status != toss.StatusInProgress {
			t.Errorf("the first read shows %s", got.Status)
		}
		if got := f.get(waits.PaymentKey); got.Status != toss.StatusDone {
			t.Errorf("the second read shows %s", got.Status)
		}
	})
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	inStyles(t, func(t *testing.T, f fixture, style fake.Style) {
		status, code := 403, ""
		if style == fake.Real {
			status, code = 401, toss.CodeUnauthorizedKey
		}
		stranger, err := toss.New(toss.Options{BaseURL: f.URL(), SecretKey: "test_ak_wrong", HTTPClient: f.http})
		if err != nil {
			t.Fatal(err)
		}
		_, err = stranger.GetPayment(t.Context(), f.paid(1000).PaymentKey)
		wantRefusal(t, err, status, code)
	})
}

func TestAuthentication_WantsTheColonAtTheRealGateway(t *testing.T) {
	t.Parallel()
	// Without the colon the last letter of the key is cut off in its place.
	for name, c := range map[string]struct {
		style      fake.Style
		credential string
		status     int
	}{
		"RealWithout":      {fake.Real, fake.DefaultSecretKey + "x", http.StatusForbidden},
		"RealWith":         {fake.Real, fake.DefaultSecretKey + ":", http.StatusNotFound},
		"ReferenceWithout": {fake.Reference, fake.DefaultSecretKey + "x", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/v1/payments/unknown", nil)
			r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(c.credential)))
			w := httptest.NewRecorder()
			server := fake.New(fake.Options{Style: c.style})
			t.Cleanup(func() { server.Close() })
			server.Handler().ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, c.status)
			}
		})
	}
}

func TestAct(t *testing.T) {
	t.Parallel()
	f := start(t, fake.Options{})
	if err := f.Act(t.Context(), "unknown", fake.Deposit); err == nil {
		t.Error("an unknown payment was paid into")
	}
	paid := f.paid(1000)
	if err := f.Act(t.Context(), paid.PaymentKey, fake.Deposit); err == nil {
		t.Error("a card payment was paid into")
	}
	waits := f.authenticated(1000)
	f.mustAct(waits, fake.Fail)
	f.mustAct(paid, fake.Cancel)
	if got := f.get(waits.PaymentKey); got.Status != toss.StatusAborted || got.Failure == nil {
		t.Errorf("got %s, %+v", got.Status, got.Failure)
	}
	f.wantHeld(paid.PaymentKey, 0)
}
