package iamport

import (
	"math/rand/v2"
	"strings"
)

const receiptURL = "https://github.com/samchon/fake-iamport-server"

// text is the null of an empty string: the reference fake stores "or null".
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// orText is the first that is not empty, or null.
func orText(s string, otherwise *string) *string {
	if s == "" {
		return otherwise
	}
	return &s
}

func oneOf(choices ...string) string { return choices[rand.IntN(len(choices))] }

// hangul is a word of n random syllables.
func hangul(n int) string {
	const first, count = 0xAC00, 11172 // Unicode's block of Hangul syllables
	var b strings.Builder
	for range n {
		b.WriteRune(rune(first + rand.IntN(count)))
	}
	return b.String()
}

func digits(n int) string { return letters(n, "0123456789") }

func letters(n int, alphabet string) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[rand.IntN(len(alphabet))])
	}
	return b.String()
}
