package toss

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// KST is the time zone of Korea, which has known no summer time since 1988.
var KST = time.FixedZone("KST", 9*60*60)

// Time is a moment as the gateways write it. The zero Time is null in JSON: it
// has not happened.
type Time struct{ time.Time }

// layouts are tried in order. Fractions of a second need no layout of their own.
var layouts = []string{
	time.RFC3339,                        // 2022-01-01T11:31:29+09:00, and 2023-09-20T07:46:46.123Z of the fakes
	"2006-01-02T15:04:05",               // createdAt of webhooks: Korean time, not said
	"2006-01-02T15:04:05-0700",          // the same with an offset in ISO's basic form
	"Mon Jan _2 2006 15:04:05 GMT-0700", // Date.toString() of JavaScript, in the first fake's answers
	time.DateOnly,                       // dueDate of the fakes
}

// ParseTime reads every notation that Toss Payments and its fakes have used. A
// text without an offset is Korean time.
func ParseTime(text string) (Time, error) {
	notation, _, _ := strings.Cut(text, " (") // JavaScript appends its zone's name
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, notation, KST); err == nil {
			return Time{t}, nil
		}
	}
	return Time{}, fmt.Errorf("toss time %q has an unknown notation", text)
}

// MarshalJSON writes UTC as JavaScript's toISOString does, and any other zone
// with its offset and without fractions, as the real gateway does.
func (t Time) MarshalJSON() ([]byte, error) {
	switch {
	case t.IsZero():
		return []byte("null"), nil
	case t.Location() == time.UTC:
		return []byte(t.Format(`"2006-01-02T15:04:05.000Z"`)), nil
	default:
		return []byte(t.Format(`"2006-01-02T15:04:05Z07:00"`)), nil
	}
}

// UnmarshalJSON reads null, "" and what ParseTime reads.
func (t *Time) UnmarshalJSON(b []byte) error {
	var text *string
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("toss time: %w", err)
	}
	if text == nil || *text == "" {
		*t = Time{}
		return nil
	}
	parsed, err := ParseTime(*text)
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}
