package config

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// field is one value of the configuration.
type field struct {
	path  string // in the file: api.port
	env   string // the variable that overrides it, or empty
	rule  string // of validator
	doc   string
	value reflect.Value // settable, unless it came out of a map
	// upgrade says that the workers' successors do not read it, but the supervisor's.
	upgrade bool
	names   string // "file": it is the path of one; "file of the master": others need not have it
}

// name is how a message calls it.
func (f field) name() string {
	if f.env == "" {
		return f.path
	}
	return f.path + " (" + f.env + ")"
}

// secrets are what a field of one or several secrets has; empty ones do not count.
func (f field) secrets() []Secret {
	switch v := f.value.Interface().(type) {
	case Secret:
		return slices.DeleteFunc([]Secret{v}, Secret.isEmpty)
	case []Secret:
		return slices.DeleteFunc(slices.Clone(v), Secret.isEmpty)
	}
	return nil
}

func (f field) isSecret() bool {
	t := f.value.Type()
	return t == reflect.TypeFor[Secret]() || t == reflect.TypeFor[[]Secret]()
}

// fields lists every value of the configuration, in its order.
func (c *Config) fields() []field { return fieldsOf(reflect.ValueOf(c).Elem(), "", "") }

// files lists the values that name a file.
func (c *Config) files() []field {
	return slices.DeleteFunc(c.fields(), func(f field) bool { return f.names == "" || f.value.IsZero() })
}

// fieldsOf lists the values inside a struct, in its order. A list of structs and a
// map of stores are listed themselves and then entry by entry.
func fieldsOf(v reflect.Value, path, env string) []field {
	var all []field
	for i := range v.NumField() {
		t := v.Type().Field(i)
		if key := yamlName(t); key != "" {
			f := field{path: join(path, key), env: t.Tag.Get("env"), rule: t.Tag.Get("validate"), doc: t.Tag.Get("doc"), value: v.Field(i),
				upgrade: t.Tag.Get("effect") == "upgrade", names: t.Tag.Get("names")}
			if strings.HasPrefix(f.env, "_") {
				f.env = env + f.env
			}
			all = append(all, expand(f)...)
		}
	}
	return all
}

func expand(f field) []field {
	switch {
	case f.value.Kind() == reflect.Struct:
		return fieldsOf(f.value, f.path, f.env)
	case f.value.Kind() == reflect.Slice && isPlainStruct(f.value.Type().Elem()):
		all := []field{f}
		for i := range f.value.Len() {
			all = append(all, fieldsOf(f.value.Index(i), fmt.Sprintf("%s[%d]", f.path, i), "")...)
		}
		return all
	case f.value.Kind() == reflect.Map:
		all := []field{f}
		keys := f.value.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		for _, key := range keys {
			all = append(all, storeFields(f.value.MapIndex(key), f.path, key.String())...)
		}
		return all
	}
	return []field{f}
}

// storeFields lists one store's values; variables exist for the default store only.
func storeFields(v reflect.Value, path, id string) []field {
	all := fieldsOf(v, join(path, id), "")
	if id != DefaultStore {
		for i := range all {
			all[i].env = ""
		}
	}
	return all
}

// yamlName is the key of a struct field in the file, empty for what is not in it.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return strings.TrimPrefix(name, "-")
}

// isPlainStruct tells our own structs from values such as netip.Prefix.
func isPlainStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == reflect.TypeFor[Config]().PkgPath()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
