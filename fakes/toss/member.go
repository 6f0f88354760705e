package toss

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/samchon/payments-server/api/money"
	api "github.com/samchon/payments-server/api/toss"
)

// member is one member of a body. One that is null counts as left out.
type member struct {
	name     string
	expected string                     // its type, in the words of typia, which checks for the reference
	fits     func(json.RawMessage) bool // nil for an object
	members  shape                      // of an object
	optional bool
	code     string // the real gateway's for one that does not fit; INVALID_REQUEST when empty
}

func (m member) check(value json.RawMessage, path string) error {
	absent := value == nil || string(value) == "null"
	switch {
	case absent && m.optional:
		return nil
	case absent:
		return breach{path, m.expected, value, api.CodeInvalidRequest}
	case m.members != nil:
		return m.members.check(value, path)
	case !m.fits(value):
		return breach{path, m.expected, value, cmp.Or(m.code, api.CodeInvalidRequest)}
	}
	return nil
}

// maybe lets a member be left out.
func maybe(m member) member {
	m.optional = true
	return m
}

// text is a string of any content.
func text(name string) member {
	return member{name: name, expected: "string", fits: func(v json.RawMessage) bool { return v[0] == '"' }}
}

func number(name string) member {
	return member{name: name, expected: "number", fits: func(v json.RawMessage) bool {
		_, err := amountOf(v)
		return err == nil
	}}
}

func boolean(name string) member {
	return member{name: name, expected: "boolean", fits: func(v json.RawMessage) bool {
		return v[0] == 't' || v[0] == 'f'
	}}
}

func object(name string, members ...member) member {
	return member{name: name, expected: "object", members: members}
}

// literal is one of a few texts.
func literal(name string, values ...string) member {
	var quoted []string
	for _, value := range values {
		quoted = append(quoted, `"`+value+`"`)
	}
	return member{name: name, expected: strings.Join(quoted, " | "), fits: func(v json.RawMessage) bool {
		return slices.Contains(values, textOf(v))
	}}
}

// matching is a text that fits a pattern.
func matching(name, pattern, code string) member {
	anchored := regexp.MustCompile("^(" + pattern + ")$")
	return member{name: name, expected: pattern, code: code, fits: func(v json.RawMessage) bool {
		return v[0] == '"' && anchored.MatchString(textOf(v))
	}}
}

// upTo is a text that is not empty and has so many characters at most.
func upTo(name string, characters int, code string) member {
	return member{name: name, expected: "string", code: code, fits: func(v json.RawMessage) bool {
		n := utf8.RuneCountInString(textOf(v))
		return 0 < n && n <= characters
	}}
}

// from is a number that is not below another.
func from(name string, least int64, code string) member {
	return member{name: name, expected: "number", code: code, fits: func(v json.RawMessage) bool {
		amount, err := amountOf(v)
		return err == nil && amount.Cmp(money.New(least)) >= 0
	}}
}

// whole is a whole number that pleases.
func whole(name string, fits func(n int) bool, code string) member {
	return member{name: name, expected: "number", code: code, fits: func(v json.RawMessage) bool {
		var n int
		return json.Unmarshal(v, &n) == nil && fits(n)
	}}
}

// textOf is "" for what is no text.
func textOf(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return ""
	}
	return text
}

func amountOf(value json.RawMessage) (money.Amount, error) {
	var amount money.Amount
	err := json.Unmarshal(value, &amount)
	return amount, err
}
