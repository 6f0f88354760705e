package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/samchon/payments-server/api"
)

func TestTime(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text string
		want time.Time
	}{
		{`"2026-03-01T12:00:00.000Z"`, noon},
		{`"2026-03-01T12:00:00.123Z"`, noon.Add(123 * time.Millisecond)},
		{`"2026-03-01T21:00:00+09:00"`, noon},
		{`"Sun Mar 01 2026 21:00:00 GMT+0900 (Korean Standard Time)"`, noon},
		{`"Sun Mar 01 2026 12:00:00 GMT+0000 (Coordinated Universal Time)"`, noon},
	} {
		var got api.Time
		if err := json.Unmarshal([]byte(c.text), &got); err != nil || got.Time != c.want {
			t.Errorf("%s: read %v, %v", c.text, got, err)
		}
		var again api.Time
		written, err := json.Marshal(got)
		if err != nil || json.Unmarshal(written, &again) != nil || again != got {
			t.Errorf("%s: wrote %s, %v, and read %v", c.text, written, err, again)
		}
	}
	for _, text := range []string{`"yesterday"`, `"2026-03-01"`, `"Sun Mar 01 (noon)"`, `1772366400`, `""`} {
		if json.Unmarshal([]byte(text), &api.Time{}) == nil {
			t.Errorf("%s was read", text)
		}
	}
	var absent struct{ At *api.Time }
	if err := json.Unmarshal([]byte(`{"At":null}`), &absent); err != nil || absent.At != nil {
		t.Errorf("null was read as %v, %v", absent.At, err)
	}
}
