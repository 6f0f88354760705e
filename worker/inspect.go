package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a request; ours need three.
const maxDepth = 32

var errNotJSON = errors.New("not JSON")

// inspect finds what encoding/json would let pass in silence: invalid UTF-8 and
// NUL (which PostgreSQL refuses after the PG was asked), keys that occur twice
// (where two parsers would disagree about the amount), and bottomless nesting.
// It returns errNotJSON for what is no JSON document.
func inspect(document []byte) error {
	if !utf8.Valid(document) {
		return errNotJSON
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	if err := inspectValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errNotJSON
	}
	return nil
}

func inspectValue(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return errNotJSON
	}
	switch t := token.(type) {
	case string:
		return inspectString(t)
	case json.Delim:
		if depth == maxDepth {
			return fmt.Errorf("the body is nested more than %d deep", maxDepth)
		}
		if t == '{' {
			return inspectObject(d, depth+1)
		}
		return inspectArray(d, depth+1)
	}
	return nil
}

func inspectObject(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return errNotJSON
		}
		key, _ := token.(string)
		folded := strings.ToLower(key) // as encoding/json compares names
		if seen[folded] {
			return errors.New("the body has a key twice in one object")
		}
		seen[folded] = true
		if err := inspectString(key); err != nil {
			return err
		}
		if err := inspectValue(d, depth); err != nil {
			return err
		}
	}
	return inspectEnd(d)
}

func inspectArray(d *json.Decoder, depth int) error {
	for d.More() {
		if err := inspectValue(d, depth); err != nil {
			return err
		}
	}
	return inspectEnd(d)
}

func inspectEnd(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return errNotJSON
	}
	return nil
}

func inspectString(s string) error {
	if strings.ContainsRune(s, 0) {
		return errors.New("the body has a NUL character in a text")
	}
	return nil
}
