package api

import (
	"time"
)

// timeLayout is what JavaScript's toISOString writes.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is a moment on the wire: ISO 8601, UTC, milliseconds.
type Time struct{ time.Time }

// At returns t for the wire.
func At(t time.Time) Time { return Time{t.UTC()} }

// MarshalJSON writes the moment as toISOString does.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(t.UTC().Format(`"` + timeLayout + `"`)), nil
}
