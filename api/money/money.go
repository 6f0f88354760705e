// Package money holds amounts of money as exact decimals, from JSON to the
// database and back. It never passes through binary floating point, and it does
// not know currencies: an Amount is a number, its currency stands beside it.
package money

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
)

// Limits of an Amount. They are far beyond any real payment, and they keep a
// number such as 1e999999999, which is ten bytes of JSON, from becoming a
// gigabyte of digits.
const (
	maxIntegerDigits  = 18
	maxFractionDigits = 20
	maxTextLength     = 64
)

// ErrInvalid is wrapped by every error of Parse and UnmarshalJSON.
var ErrInvalid = errors.New("not an amount of money")

// Amount is an exact decimal number. The zero value is 0.
type Amount struct{ d decimal.Decimal }

// New returns units as an Amount: New(12000) is ₩12,000.
func New(units int64) Amount { return Amount{decimal.NewFromInt(units)} }

// Parse reads a decimal number, such as "19900", "-3", "12.50" or "1e3".
func Parse(text string) (Amount, error) {
	if len(text) == 0 || len(text) > maxTextLength {
		return Amount{}, fmt.Errorf("%w: %d characters long", ErrInvalid, len(text))
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Amount{}, fmt.Errorf("%w: %q", ErrInvalid, text)
	}
	// Checked on the exponent, before anything writes the digits out.
	exp := int(d.Exponent())
	if exp > maxIntegerDigits || d.NumDigits()+exp > maxIntegerDigits || exp < -maxFractionDigits {
		return Amount{}, fmt.Errorf("%w: %q is out of range", ErrInvalid, text)
	}
	return Amount{d}, nil
}

// MustParse is Parse for constants; it panics where Parse fails.
func MustParse(text string) Amount {
	a, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return a
}

// Add returns a + b.
func (a Amount) Add(b Amount) Amount { return Amount{a.d.Add(b.d)} }

// Sub returns a - b.
func (a Amount) Sub(b Amount) Amount { return Amount{a.d.Sub(b.d)} }

// Mul returns a * b, exactly.
func (a Amount) Mul(b Amount) Amount { return Amount{a.d.Mul(b.d)} }

// Cmp is negative when a < b, 0 when they are the same number, positive when a > b.
func (a Amount) Cmp(b Amount) int { return a.d.Cmp(b.d) }

// Equal reports whether a and b are the same number; 1.50 equals 1.5.
func (a Amount) Equal(b Amount) bool { return a.d.Equal(b.d) }

// Sign is -1, 0 or 1.
func (a Amount) Sign() int { return a.d.Sign() }

// IsZero reports whether a is 0. It also serves the omitzero tag of encoding/json.
func (a Amount) IsZero() bool { return a.d.IsZero() }

// String is the plain notation, without exponent or trailing zeros: "12.5".
func (a Amount) String() string { return a.d.String() }

// MarshalJSON writes a JSON number, never a string: the contract's prices are numbers.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.d.String()), nil }

// UnmarshalJSON reads a JSON number; strings are refused. Like encoding/json,
// it leaves the value alone on null.
func (a *Amount) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if len(b) == 0 || b[0] == '"' {
		return fmt.Errorf("%w: want a JSON number", ErrInvalid)
	}
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*a = v
	return nil
}
