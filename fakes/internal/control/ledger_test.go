package control_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/fakes/iamport"
	"github.com/samchon/payments-server/fakes/ledger"
)

func TestLedger_IsTheTruth(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.openVBank()
	f.call("POST", "payments/"+p.ImpUID+"/deposit", "", 204, nil)
	type books struct {
		Entries                     []struct{ Kind, Payment string }
		Captured, Refunded, Balance money.Amount
	}
	for _, path := range []string{"ledger", "ledger/payments/" + p.ImpUID, "ledger/orders/order"} {
		var got books
		f.call("GET", path, "", 200, &got)
		if len(got.Entries) != 1 || got.Entries[0].Kind != "captured" || !got.Balance.Equal(p.Amount) {
			t.Errorf("%s = %+v", path, got)
		}
	}
	var nobody books
	f.call("GET", "ledger/orders/nobody", "", 200, &nobody)
	if nobody.Entries == nil || len(nobody.Entries) != 0 {
		t.Errorf("an unknown order has %+v, want an empty list", nobody.Entries)
	}
	var requests []struct{ Method, Path, Body string }
	f.call("GET", "requests", "", 200, &requests)
	if len(requests) != 2 || requests[0].Path != "/users/getToken" || requests[1].Path != "/vbanks" {
		t.Errorf("requests = %+v", requests)
	}
	if strings.Contains(requests[0].Body, iamport.DefaultSecret) {
		t.Errorf("a secret is shown: %s", requests[0].Body)
	}
}

func TestRequests_AreFoundByPaymentOrderAndKey(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.openVBank()
	f.status(p.ImpUID)
	url := f.URL() + "/payments/cancel"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Idempotency-Key", "key-1")
	response, err := f.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	for query, want := range map[string]string{
		"payment=" + p.ImpUID:                  "/vbanks /payments/" + p.ImpUID,
		"payment=" + p.ImpUID + "&limit=1":     "/payments/" + p.ImpUID,
		"order=order":                          "/vbanks /payments/" + p.ImpUID,
		"idempotency_key=key-1":                "/payments/cancel",
		"idempotency_key=key-1&payment=nobody": "",
	} {
		var requests []struct{ Path string }
		f.call("GET", "requests?"+query, "", 200, &requests)
		var paths []string
		for _, r := range requests {
			paths = append(paths, r.Path)
		}
		if got := strings.Join(paths, " "); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
}

func TestLedger_DeclaresItsLimits(t *testing.T) {
	t.Parallel()
	f := start(t)
	var limits struct {
		Payments, Requests ledger.Keeping
		Body               int `json:"bytes_of_a_body"`
	}
	f.call("GET", "ledger/limits", "", 200, &limits)
	if limits.Payments != (ledger.Keeping{Limit: 50_000}) || limits.Requests != (ledger.Keeping{Limit: 20_000}) ||
		limits.Body != ledger.MaxBody {
		t.Errorf("limits = %+v", limits)
	}
}
