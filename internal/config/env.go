package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// overrideByEnv sets every field whose variable is set. The vendors' variables, which
// are those of the original payments-server, are the default store's credentials.
func overrideByEnv(c *Config, env environment) []string {
	problems := override(reflect.ValueOf(c).Elem(), env)
	problems = append(problems, overrideStore(&c.Vendors.Iamport.Stores, env)...)
	return append(problems, overrideStore(&c.Vendors.Toss.Stores, env)...)
}

func override(v reflect.Value, env environment) []string {
	var problems []string
	for _, f := range fieldsOf(v, "", "") {
		if !f.value.CanSet() {
			continue
		}
		text, err := env.text(f)
		if err == nil && text != "" {
			err = setText(f.value, text)
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", f.name(), err))
		}
	}
	return problems
}

// overrideStore works on a copy, because a map's values cannot be set in place.
func overrideStore[S comparable](stores *map[string]S, env environment) []string {
	s := (*stores)[DefaultStore]
	before := s
	problems := override(reflect.ValueOf(&s).Elem(), env)
	if s == before {
		return problems
	}
	if *stores == nil {
		*stores = map[string]S{}
	}
	(*stores)[DefaultStore] = s
	return problems
}

// setText sets a field from a variable: a number, a text, or texts between blanks.
func setText(v reflect.Value, text string) error {
	switch v.Kind() {
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("must be a whole number, not %q", text)
		}
		v.SetInt(int64(n))
	case reflect.String:
		v.SetString(text)
	case reflect.Slice:
		texts := strings.Fields(text)
		v.Set(reflect.MakeSlice(v.Type(), len(texts), len(texts)))
		for i, t := range texts {
			v.Index(i).SetString(t)
		}
	default:
		panic("config: a field of type " + v.Type().String() + " cannot have a variable")
	}
	return nil
}

// readSecretFiles replaces references to files by their content. A relative path
// starts at the directory of the configuration file that names it.
func readSecretFiles(c *Config, dir string) []string {
	var problems []string
	read := func(path, file string, secret *Secret) {
		if err := readSecret(dir, file, secret); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", path, err))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Vendors.Iamport.Stores)) {
		s := c.Vendors.Iamport.Stores[id]
		read("vendors.iamport.stores."+id+".imp_secret_file", s.SecretFile, &s.Secret)
		c.Vendors.Iamport.Stores[id] = s
	}
	for _, id := range slices.Sorted(maps.Keys(c.Vendors.Toss.Stores)) {
		s := c.Vendors.Toss.Stores[id]
		read("vendors.toss.stores."+id+".secret_key_file", s.SecretKeyFile, &s.SecretKey)
		c.Vendors.Toss.Stores[id] = s
	}
	return problems
}

func readSecret(dir, file string, secret *Secret) error {
	if file == "" {
		return nil
	}
	if *secret != "" {
		return fmt.Errorf("the secret itself is set too; keep one of them")
	}
	text, err := readText(beside(dir, file))
	*secret = Secret(text)
	return err
}

// beside is where a file is that a configuration in a directory names.
func beside(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}
