package main

import (
	"fmt"
	"time"
)

// period is when webhooks were made.
type period struct {
	Since moment `help:"Only those made since then: 24h, 2026-01-31 or 2026-01-31T15:00:00+09:00." placeholder:"TIME"`
	Until moment `help:"Only those made before then." placeholder:"TIME"`
}

func (p period) bounds() (since, until time.Time) {
	since, until = time.Time(p.Since), time.Time(p.Until)
	if until.IsZero() {
		until = time.Now()
	}
	return since, until
}

// moment is a time as people write it: how long ago, a day, or to the second.
type moment time.Time

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *moment) UnmarshalText(text []byte) error {
	if ago, err := time.ParseDuration(string(text)); err == nil {
		*m = moment(time.Now().Add(-ago))
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, string(text)); err == nil {
			*m = moment(at)
			return nil
		}
	}
	return fmt.Errorf("%q is neither how long ago (24h), nor a day (2026-01-31), nor a time (2026-01-31T15:00:00+09:00)", text)
}
