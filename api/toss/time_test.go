package toss_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/samchon/payments-server/api/toss"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"RealWithOffset", "2022-01-01T11:31:29+09:00", "2022-01-01T02:31:29Z"},
		{"ISOMilliseconds", "2023-09-20T07:46:46.123Z", "2023-09-20T07:46:46.123Z"},
		{"OtherOffset", "2023-09-20T07:46:46-05:30", "2023-09-20T13:16:46Z"},
		{"BasicOffset", "2023-09-20T16:46:46+0900", "2023-09-20T07:46:46Z"},
		{"JavaScriptDate", "Wed Sep 20 2023 07:46:46 GMT+0000 (Coordinated Universal Time)", "2023-09-20T07:46:46Z"},
		{"JavaScriptDateInKorea", "Sat Sep 02 2023 07:46:46 GMT+0900 (Korean Standard Time)", "2023-09-01T22:46:46Z"},
		{"WebhookWithoutOffsetIsKorean", "2022-06-09T15:40:09.123456", "2022-06-09T06:40:09.123456Z"},
		{"DateIsKoreanMidnight", "2022-06-09", "2022-06-08T15:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := toss.ParseTime(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if text := got.UTC().Format(time.RFC3339Nano); text != c.want {
				t.Errorf("got %s, want %s", text, c.want)
			}
		})
	}
	for _, text := range []string{"tomorrow", "1663659000", "2022-13-01T00:00:00Z"} {
		if got, err := toss.ParseTime(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	moment := time.Date(2023, 9, 20, 7, 46, 46, 120e6, time.UTC)
	for _, c := range []struct {
		name string
		time toss.Time
		want string
	}{
		{"WritesUTCAsTheFakesDo", toss.Time{Time: moment}, `"2023-09-20T07:46:46.120Z"`},
		{"WritesKoreanTimeAsTheRealOneDoes", toss.Time{Time: moment.In(toss.KST)}, `"2023-09-20T16:46:46+09:00"`},
		{"WritesTheZeroTimeAsNull", toss.Time{}, `null`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := json.Marshal(c.time); err != nil || string(got) != c.want {
				t.Errorf("got %s, %v; want %s", got, err, c.want)
			}
		})
	}
	for _, absent := range []string{`null`, `""`} {
		got := toss.Time{Time: moment}
		if err := json.Unmarshal([]byte(absent), &got); err != nil || !got.IsZero() {
			t.Errorf("%s was read as %s, %v", absent, got, err)
		}
	}
}
