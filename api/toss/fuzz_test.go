package toss_test

import (
	"encoding/json"
	"testing"

	"github.com/samchon/payments-server/api/toss"
)

// FuzzParseTime: a moment that was read is written in a way that reads the same.
func FuzzParseTime(f *testing.F) {
	for _, text := range []string{
		"2022-01-01T11:31:29+09:00", "2023-09-20T07:46:46.123Z", "2022-06-09T15:40:09.123456", "2022-06-09",
		"Wed Sep 20 2023 07:46:46 GMT+0000 (Coordinated Universal Time)",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := toss.ParseTime(text)
		if err != nil || read.IsZero() {
			return // not a time: nothing to write back
		}
		written, err := json.Marshal(toss.Time{Time: read.UTC()})
		if err != nil {
			t.Fatal(err)
		}
		var again toss.Time
		if err := json.Unmarshal(written, &again); err != nil || read.Sub(again.Time).Abs().Milliseconds() > 0 {
			t.Errorf("%q is read as %s, written as %s and read as %s: %v", text, read, written, again, err)
		}
	})
}

// FuzzParseWebhook: whatever is a JSON object is a webhook, and its data is kept.
func FuzzParseWebhook(f *testing.F) {
	f.Add([]byte(`{"eventType":"PAYMENT_STATUS_CHANGED","data":{"paymentKey":"p"}}`))
	f.Add([]byte(`{"secret":"s","status":"DONE","orderId":"o"}`))
	f.Add([]byte(`{"eventType":"e","entityBody":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		w, err := toss.ParseWebhook(body)
		if err == nil && !json.Valid(w.Data) {
			t.Errorf("%s has the data %s", body, w.Data)
		}
	})
}
