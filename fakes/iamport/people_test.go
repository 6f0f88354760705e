package iamport_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/fakes/iamport"
)

func TestAct(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		action  string
		status  api.Status
		balance int64 // in the ledger
		told    []string
	}{
		{iamport.Deposit, api.StatusPaid, 40_000, []string{"ready", "paid"}},
		{iamport.Fail, api.StatusFailed, 0, []string{"ready"}},
		{iamport.Expire, api.StatusFailed, 0, []string{"ready"}},
		{iamport.Cancel, api.StatusCancelled, 0, []string{"ready", "cancelled"}},
	} {
		t.Run(test.action, func(t *testing.T) {
			t.Parallel()
			inBothStyles(t, func(f fixture, _ iamport.Style) {
				p := f.openVBank(40_000, time.Hour)
				if actions := f.Payments()[0].Actions; !slices.Contains(actions, test.action) {
					f.Fatalf("the page offers %v", actions)
				}
				if err := f.Act(f.Context(), p.ImpUID, test.action); err != nil {
					f.Fatal(err)
				}
				if read := f.read(p.ImpUID); read.Status != test.status {
					f.Errorf("%s, want %s", read.Status, test.status)
				}
				f.wantBalance(p.ImpUID, test.balance)
				if got := f.webhooks(p.ImpUID); !slices.Equal(got, test.told) {
					f.Errorf("told %v, want %v", got, test.told)
				}
				if err := f.Act(f.Context(), p.ImpUID, iamport.Expire); err == nil {
					f.Error("it expired although it waits no more")
				}
			})
		})
	}
}

func TestCheckout_WithoutABrowser(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{})
	for body, want := range map[string]int{
		`{"merchant_uid":"a","amount":1000}`:                                        200,
		`{"merchant_uid":"a","amount":-1}`:                                          422,
		`{"merchant_uid":"a","amount":"1000"}`:                                      400,
		`{"merchant_uid":"a","amount":1000,"m_redirect_url":"javascript:alert(1)"}`: 400,
		`{"merchant_uid":"a","amount":1,"pay_method":"vbank","vbank_due":"soon"}`:   400,
		`{`: 400,
	} {
		if got := f.send("POST", "/checkout", nil, body); got.status != want || got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s answered %d %s, want %d for any origin", body, got.status, got.body, want)
		}
	}
	if got := f.send("POST", "/checkout/unknown/pay", nil, ""); got.status != 404 {
		t.Errorf("an unknown window answered %d", got.status)
	}
	if _, err := f.client.FindByMerchantUID(t.Context(), "a"); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("a window that is only open made a payment: %v", err)
	}
}
