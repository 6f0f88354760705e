package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"go.yaml.in/yaml/v3"
)

// decodeFile reads YAML over the values already in c. It walks the nodes itself,
// where yaml.Unmarshal would do, for three reasons: an unknown key is named with its
// path, its line and what was probably meant; a value that is wrong is not repeated
// in the message, since it may be a misplaced secret; and a Secret must be a
// text, since YAML reads an unquoted 012 or 1e3 as a number.
func decodeFile(data []byte, c *Config) []string {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		return []string{err.Error()}
	}
	var d decoder
	d.value(doc.Content[0], reflect.ValueOf(c).Elem(), "")
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		d.problems = append(d.problems, "one YAML document is read; remove what follows the first ---")
	}
	return d.problems
}

// decoder collects what is wrong, so that one run names everything.
type decoder struct{ problems []string }

func (d *decoder) wrong(n *yaml.Node, path, says string) {
	if path == "" {
		path = "the file"
	}
	d.problems = append(d.problems, fmt.Sprintf("line %d: %s: %s", n.Line, path, says))
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case n.Tag == "!!null": // a key without a value leaves the default
	case isPlainStruct(v.Type()):
		d.mapping(n, v, path)
	case v.Kind() == reflect.Map:
		d.stores(n, v, path)
	case v.Kind() == reflect.Slice:
		d.list(n, v, path)
	case v.Type() == reflect.TypeFor[Secret]() && n.Tag != "!!str":
		d.wrong(n, path, "must be a text; put it in quotes, lest YAML read it as something else")
	case v.Kind() == reflect.Int && n.Tag != "!!int": // Decode would make 9 of 9.5
		d.wrong(n, path, "must be "+kindOf(v))
	default:
		if err := n.Decode(v.Addr().Interface()); err != nil {
			d.wrong(n, path, "must be "+kindOf(v))
		}
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	d.pairs(n, path, func(key, value *yaml.Node) {
		names := make([]string, 0, v.NumField())
		for i := range v.NumField() {
			name := yamlName(v.Type().Field(i))
			if name == key.Value && name != "" {
				d.value(value, v.Field(i), join(path, name))
				return
			}
			names = append(names, name)
		}
		d.wrong(key, join(path, key.Value), "there is no such setting"+didYouMean(path, key.Value, names))
	})
}

func (d *decoder) stores(n *yaml.Node, v reflect.Value, path string) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	d.pairs(n, path, func(key, value *yaml.Node) {
		store := reflect.New(v.Type().Elem()).Elem()
		d.value(value, store, join(path, key.Value))
		v.SetMapIndex(reflect.ValueOf(key.Value), store)
	})
}

// pairs calls each with every key and value of a mapping.
func (d *decoder) pairs(n *yaml.Node, path string, each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.wrong(n, path, "must have settings under it")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if seen[key.Value] {
			d.wrong(key, join(path, key.Value), "is set twice")
		}
		seen[key.Value] = true
		each(key, value)
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.wrong(n, path, "must be a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

// kindOf says in words what a field holds.
func kindOf(v reflect.Value) string {
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		return "a duration such as 30s"
	case v.Kind() == reflect.Int:
		return "a whole number"
	case v.Kind() == reflect.Struct:
		return "a network such as 10.0.0.0/8"
	}
	return "a text"
}
