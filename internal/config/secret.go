package config

import (
	"fmt"
	"log/slog"
)

// Secret is a text that shows itself to nobody: printed, logged or encoded it is a
// placeholder. string(secret) is the one way to its content, so that every place
// that reads a secret can be found.
type Secret string

const placeholder = "(secret)"

// String is the placeholder, or empty when nothing is set.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return placeholder
}

// Format prints the placeholder under every verb, also those that would bypass
// String, such as %x and %#v.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, s.String()) }

// GoString is the placeholder.
func (s Secret) GoString() string { return s.String() }

// LogValue is the placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is the placeholder; encoding/json uses it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML is the placeholder.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

func (s Secret) isEmpty() bool { return s == "" }
