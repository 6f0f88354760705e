package iamport

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Time is a moment on the wire: seconds since 1970, where 0 means that it has
// not come. Fractions of a second are read and written to the millisecond.
// A number too large for seconds of this millennium is read as milliseconds.
type Time struct{ time.Time }

// firstMillis separates seconds from milliseconds: in seconds it is the year
// 5138, in milliseconds 1973.
const firstMillis = 1e11

// Unix returns t as a Time, cut to the millisecond.
func Unix(t time.Time) Time { return Time{t.Truncate(time.Millisecond)} }

// MarshalJSON writes a number.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("0"), nil
	}
	return strconv.AppendFloat(nil, float64(t.UnixMilli())/1000, 'f', -1, 64), nil
}

// UnmarshalJSON reads a number; null and 0 are the zero Time.
func (t *Time) UnmarshalJSON(data []byte) error {
	*t = Time{}
	if string(data) == "null" {
		return nil
	}
	var seconds float64
	if err := json.Unmarshal(data, &seconds); err != nil {
		return fmt.Errorf("unix time: %w", err)
	}
	if math.Abs(seconds) >= firstMillis {
		seconds /= 1000
	}
	if math.Abs(seconds) >= firstMillis {
		return fmt.Errorf("unix time %s is out of range", data)
	}
	if seconds != 0 {
		t.Time = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
	}
	return nil
}

// Millis is a Time that is written in milliseconds: the one field that the
// reference fake writes so. The real Iamport writes it in seconds like the
// others, and both are read.
type Millis struct{ Time }

// MarshalJSON writes a number.
func (m Millis) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte("0"), nil
	}
	return strconv.AppendInt(nil, m.UnixMilli(), 10), nil
}
