package iamport_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	api "github.com/samchon/payments-server/api/iamport"
	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/iamport"
)

func TestFind(t *testing.T) {
	t.Parallel()

	t.Run("ReturnsTheNewestOfAnOrder", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		o := order(10_000)
		request := api.OnetimeRequest{CardInput: card(), Order: o}
		must(f.client.Onetime(t.Context(), request))(f)
		f.Clock().Advance(time.Second)
		second := must(f.client.Onetime(t.Context(), request))(f)
		found := must(f.client.FindByMerchantUID(t.Context(), o.MerchantUID))(f)
		if found.ImpUID != second.ImpUID {
			t.Errorf("found %s, want %s", found.ImpUID, second.ImpUID)
		}
	})

	t.Run("KeepsToTheStatus", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(10_000)
		must(f.client.FindByMerchantUIDAndStatus(t.Context(), p.MerchantUID, api.StatusPaid))(f)
		_, err := f.client.FindByMerchantUIDAndStatus(t.Context(), p.MerchantUID, api.StatusReady)
		if !errors.Is(err, api.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})

	t.Run("HidesTheSandboxUnlessItIsIncluded", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		p := f.payByCard(10_000)
		if err := f.Configure(iamport.Settings{Sandbox: true}); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]int{
			"/payments/find/" + p.MerchantUID:                              http.StatusNotFound,
			"/payments/find/" + p.MerchantUID + "?include_sandbox=true":    http.StatusOK,
			"/payments/findAll/" + p.MerchantUID:                           http.StatusNotFound,
			"/payments/findAll/" + p.MerchantUID + "?include_sandbox=true": http.StatusOK,
			"/payments/" + p.ImpUID:                                        http.StatusNotFound,
			"/payments/" + p.ImpUID + "?include_sandbox=true":              http.StatusOK,
			"/payments?imp_uid[]=" + p.ImpUID:                              http.StatusNotFound,
			"/payments?imp_uid[]=" + p.ImpUID + "&include_sandbox=true":    http.StatusOK,
		} {
			if got := f.send(http.MethodGet, path, f.authorized(), ""); got.status != want {
				t.Errorf("%s answered %d, want %d", path, got.status, want)
			}
		}
	})

	t.Run("ListsAnOrderInPages", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{})
		o := order(10_000)
		for range 5 {
			must(f.client.Onetime(t.Context(), api.OnetimeRequest{CardInput: card(), Order: o}))(f)
		}
		got := f.send(http.MethodGet, "/payments/findAll/"+o.MerchantUID+"/paid?limit=2&page=2&sorting=started", f.authorized(), "")
		var page struct {
			Response struct {
				Total, Previous, Next int
				List                  []api.Payment
			}
		}
		if err := json.Unmarshal([]byte(got.body), &page); err != nil {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if p := page.Response; p.Total != 5 || p.Previous != 1 || p.Next != 3 || len(p.List) != 2 {
			t.Errorf("page 2 = %+v", p)
		}
	})

	t.Run("SortsAsItIsAsked", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Style: iamport.Real})
		o := order(10_000)
		due := api.Unix(f.Clock().Now().Add(time.Hour))
		var accounts []api.Payment // three of one order, in the same second
		for range 3 {
			accounts = append(accounts, must(f.client.CreateVBank(t.Context(), api.VBankRequest{
				MerchantUID: o.MerchantUID, Amount: o.Amount, VBankCode: "088", VBankHolder: "홍길동", VBankDue: due,
			}))(f))
		}
		f.Clock().Advance(time.Minute)
		if err := f.client.Deposit(t.Context(), accounts[1].ImpUID); err != nil {
			t.Fatal(err)
		}
		for sorting, want := range map[string]int{
			"": 2, "-started": 2, "started": 0, "-paid": 1, "-updated": 1, "updated": 0,
		} {
			got := f.send(http.MethodGet, "/payments/find/"+o.MerchantUID+"?sorting="+sorting, f.authorized(), "")
			if found := uidOf(f.response(got)); found != accounts[want].ImpUID {
				t.Errorf("%q finds another than the one numbered %d", sorting, want)
			}
		}
	})

	t.Run("ForgetsAnOrderWithItsPayments", func(t *testing.T) {
		t.Parallel()
		f := start(t, iamport.Options{Keep: 1})
		p := f.payByCard(10_000)
		f.payByCard(10_000)
		if _, err := f.client.FindByMerchantUID(t.Context(), p.MerchantUID); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestGetPayments_AnswersPartly(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{})
	a, b := f.payByCard(10_000), f.payByCard(20_000)
	for _, test := range []struct {
		query         string
		status, found int
	}{
		{"imp_uid[]=" + a.ImpUID + "&merchant_uid[]=" + b.MerchantUID, http.StatusOK, 2},
		{"imp_uid[]=" + a.ImpUID + "&imp_uid[]=unknown", http.StatusMultiStatus, 1},
		{"imp_uid[]=unknown", http.StatusNotFound, 0},
		{"", http.StatusBadRequest, 0},
	} {
		got := f.send(http.MethodGet, "/payments?"+test.query, f.authorized(), "")
		var list struct {
			Response []api.Payment `json:"response"`
		}
		if err := json.Unmarshal([]byte(got.body), &list); err != nil {
			t.Fatal(err)
		}
		if got.status != test.status || len(list.Response) != test.found {
			t.Errorf("%q answered %d with %d payments, want %d with %d", test.query, got.status, len(list.Response), test.status, test.found)
		}
	}
}

func TestPrepare_HoldsAnOrderToItsAmount(t *testing.T) {
	t.Parallel()
	f := start(t, iamport.Options{})
	o := order(10_000)
	prepared := api.Prepared{MerchantUID: o.MerchantUID, Amount: money.New(12_000)}
	must(f.client.Prepare(t.Context(), prepared))(f)
	if got := must(f.client.GetPrepared(t.Context(), o.MerchantUID))(f); !got.Amount.Equal(prepared.Amount) {
		t.Errorf("prepared %v", got.Amount)
	}
	_, err := f.client.Prepare(t.Context(), prepared)
	f.wantRefusal(err, iamport.Reference)
	_, err = f.client.Onetime(t.Context(), api.OnetimeRequest{CardInput: card(), Order: o})
	f.wantRefusal(err, iamport.Reference)
	o.Amount = prepared.Amount
	prepareAgain := func(merchantUID string) answer {
		body := `{"merchant_uid":"` + merchantUID + `","amount":13000}`
		return f.send(http.MethodPut, "/payments/prepare", f.authorized(), body)
	}
	if got := prepareAgain(o.MerchantUID); got.status != http.StatusOK {
		t.Errorf("another amount: %d %s", got.status, got.body)
	}
	_, err = f.client.Onetime(t.Context(), api.OnetimeRequest{CardInput: card(), Order: o})
	f.wantRefusal(err, iamport.Reference)
	if got := prepareAgain("nobody"); got.status != http.StatusNotFound {
		t.Errorf("an order that is not prepared: %d %s", got.status, got.body)
	}
	o.Amount = money.New(13_000)
	must(f.client.Onetime(t.Context(), api.OnetimeRequest{CardInput: card(), Order: o}))(f)
}
