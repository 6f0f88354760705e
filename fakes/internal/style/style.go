// Package style names the two models that a fake imitates where they disagree:
// the fake that the published clients were written against, and the real PG. In
// what they disagree, the vendors' packages know.
package style

import "fmt"

// Style is whom to imitate. JSON has it by its name.
type Style int

// Reference is the default.
const (
	Reference Style = iota
	Real
)

// String is "reference" or "real".
func (s Style) String() string {
	if s == Real {
		return "real"
	}
	return "reference"
}

// MarshalText writes the name.
func (s Style) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name.
func (s *Style) UnmarshalText(text []byte) error {
	for _, known := range []Style{Reference, Real} {
		if known.String() == string(text) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("style %q is neither %s nor %s", text, Reference, Real)
}
