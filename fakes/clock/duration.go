package clock

import (
	"encoding/json"
	"time"
)

// Duration is a time.Duration that JSON writes as text, such as "1m30s".
type Duration time.Duration

// String is the text form, as time.Duration has it.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes the text form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the text form.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}

// Durations is a list that JSON writes as texts.
type Durations []time.Duration

// MarshalJSON writes the texts.
func (d Durations) MarshalJSON() ([]byte, error) {
	if d == nil {
		return []byte("null"), nil
	}
	texts := make([]Duration, len(d))
	for i, duration := range d {
		texts[i] = Duration(duration)
	}
	return json.Marshal(texts)
}

// UnmarshalJSON reads the texts.
func (d *Durations) UnmarshalJSON(data []byte) error {
	var texts []Duration
	if err := json.Unmarshal(data, &texts); err != nil {
		return err
	}
	*d = nil
	if texts != nil {
		*d = make(Durations, len(texts))
	}
	for i, text := range texts {
		(*d)[i] = time.Duration(text)
	}
	return nil
}
