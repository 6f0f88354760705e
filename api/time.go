package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

const (
	// timeLayout is what JavaScript's toISOString writes.
	timeLayout = "2006-01-02T15:04:05.000Z"
	// dateLayout begins what its Date.toString writes, as releases of the original
	// until 4.0.0 did: Fri Mar 01 2024 09:00:00 GMT+0900 (Korean Standard Time).
	dateLayout = "Mon Jan 02 2006 15:04:05 GMT-0700"
)

// Time is a moment on the wire: ISO 8601, UTC, milliseconds.
type Time struct{ time.Time }

// At returns t for the wire.
func At(t time.Time) Time { return Time{t.UTC()} }

// MarshalJSON writes the moment as toISOString does.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(t.UTC().Format(`"` + timeLayout + `"`)), nil
}

// UnmarshalJSON reads what MarshalJSON writes, any other RFC 3339, and what the
// original wrote. Like encoding/json, it leaves the value alone on null.
func (t *Time) UnmarshalJSON(b []byte) error {
	var text *string
	if err := json.Unmarshal(b, &text); err != nil || text == nil {
		return err
	}
	layout, moment := time.RFC3339, *text
	if date, _, named := strings.Cut(moment, " ("); named {
		layout, moment = dateLayout, date
	}
	at, err := time.Parse(layout, moment)
	if err != nil {
		return fmt.Errorf("%q is not a moment in ISO 8601", *text)
	}
	*t = At(at)
	return nil
}
