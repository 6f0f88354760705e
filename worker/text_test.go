package worker

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
	"github.com/samchon/payments-server/api/money"
)

// A member that api.History has and appendHistory forgets fails here.
func TestAppendHistory_WritesWhatJSONWould(t *testing.T) {
	t.Parallel()
	at := api.At(time.Date(2026, 3, 1, 12, 0, 1, 250e6, time.FixedZone("KST", 9*3600)))
	refund, hook := money.MustParse("12.50"), `https://shop.internal/?a="1"&b=<2>`
	for name, h := range map[string]api.History{
		"nothing": {Cancels: []api.Cancel{}},
		"everything": {
			ID: "7c0ffee0-7c0f-4c0f-8c0f-7c0ffee07c01", VendorCode: api.Toss,
			Vendor: api.Vendor{Code: api.Toss, UID: `a\b`, StoreID: "default"},
			Source: api.Source{Schema: "상점", Table: "a\tb\x7f", ID: "6f0ab8c5-2f0b-4a53-9d2e-5c7a35e1a1a4"},
			Data:   json.RawMessage(`{"name":"책 <1>","n":[1.50,null]}`), Currency: "KRW", Price: money.New(19_900),
			Refund: &refund, WebhookURL: &hook, CreatedAt: at, PaidAt: &at, CancelledAt: &at,
			Cancels: []api.Cancel{
				{Price: refund, Reason: "one\u2028\"of two\"", CreatedAt: at, Time: at},
				{Reason: "invalid \xff UTF-8", CreatedAt: at, Time: at},
			},
		},
	} {
		var want bytes.Buffer
		if err := encodeJSON(&want, h); err != nil {
			t.Fatal(err)
		}
		if got := appendHistory([]byte("x"), &h); string(got) != "x"+string(bytes.TrimSpace(want.Bytes())) {
			t.Errorf("%s:\ngot  %s\nwant x%s", name, got, want.Bytes())
		}
	}
}
