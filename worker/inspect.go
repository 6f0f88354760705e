package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a request; ours need three.
const maxDepth = 32

var errNotJSON = errors.New("not JSON")

// inspect finds what encoding/json would let pass in silence: invalid UTF-8 and
// NUL (which PostgreSQL refuses after the PG was asked), keys that occur twice
// (where two parsers would disagree about the amount), and bottomless nesting.
// It returns errNotJSON for what is no JSON document, whatever else is wrong in it:
// another answer for some beginnings would tell who altered the end of a body
// whether its padding came out right.
func inspect(document []byte) error {
	if !json.Valid(document) || !utf8.Valid(document) {
		return errNotJSON
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	return inspectValue(d, 0)
}

// inspectValue looks at the next value. That there is one is known by now, and so
// the decoder does not fail.
func inspectValue(d *json.Decoder, depth int) error {
	token, _ := d.Token()
	switch t := token.(type) {
	case string:
		return inspectString(t)
	case json.Delim:
		if depth == maxDepth {
			return fmt.Errorf("the body is nested more than %d deep", maxDepth)
		}
		inside := inspectArray
		if t == '{' {
			inside = inspectObject
		}
		err := inside(d, depth+1)
		_, _ = d.Token() // the closing bracket
		return err
	}
	return nil
}

func inspectObject(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		token, _ := d.Token()
		key, _ := token.(string)
		name := strings.Map(fold, key)
		if seen[name] {
			return errors.New("the body has a key twice in one object")
		}
		seen[name] = true
		if err := inspectString(key); err != nil {
			return err
		}
		if err := inspectValue(d, depth); err != nil {
			return err
		}
	}
	return nil
}

func inspectArray(d *json.Decoder, depth int) error {
	for d.More() {
		if err := inspectValue(d, depth); err != nil {
			return err
		}
	}
	return nil
}

// fold makes one of all letters that encoding/json takes for each other in names:
// k and the sign of Kelvin, s and the long one.
func fold(r rune) rune {
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next
		}
		r = next
	}
}

func inspectString(s string) error {
	if strings.ContainsRune(s, 0) {
		return errors.New("the body has a NUL character in a text")
	}
	return nil
}
