package config

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

//go:generate go test . -run TestDocs -update

// The reference tables are made from Config's tags, so that they cannot lag behind it.
func TestDocs_ListTheSettingsAsTheyAre(t *testing.T) {
	t.Parallel()
	t.Run("configuration.md", func(t *testing.T) {
		t.Parallel()
		goldenTable(t, "../../docs/configuration.md", settingsTable())
	})
	t.Run("README.md", func(t *testing.T) {
		t.Parallel()
		goldenTable(t, "../../README.md", variablesTable())
	})
}

func settingsTable() string {
	var out bytes.Buffer
	out.WriteString("| setting | variable | local | dev, real | what it is |\n| --- | --- | --- | --- | --- |\n")
	eachSetting(func(f field, local, deployed string) {
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", f.path, code(f.env), local, deployed, described(f))
	})
	return out.String()
}

func variablesTable() string {
	var out bytes.Buffer
	out.WriteString("| variable | local | dev, real | what it is |\n| --- | --- | --- | --- |\n")
	eachSetting(func(f field, local, deployed string) {
		if f.env != "" {
			fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", f.env, local, deployed, described(f))
		}
	})
	return out.String()
}

func described(f field) string {
	if f.upgrade {
		return f.doc + " In effect after `payments upgrade`."
	}
	return f.doc
}

// eachSetting also gives what a setting is when nobody sets it, in each mode.
func eachSetting(each func(f field, local, deployed string)) {
	real := defaults()
	real.Mode = Real
	real.fillIn()
	unset := map[string]string{}
	for _, f := range real.fields() {
		unset[f.path] = shown(f, whenMissing(f))
	}
	unset["mode"], unset["database.url"] = "required", "required"
	for _, f := range NewLocal().fields() {
		each(f, shown(f, ""), unset[f.path]) // a store's credential is in local mode only
	}
}

func whenMissing(f field) string {
	if strings.HasPrefix(f.rule, "omitempty") {
		return ""
	}
	return "required"
}

// shown is a default; those of secrets are published, or there is none.
func shown(f field, empty string) string {
	switch v := f.value.Interface().(type) {
	case Secret:
		if v == "" {
			return empty
		}
		return code(string(v))
	case []Secret:
		if len(v) == 0 {
			return empty
		}
		return code(string(v[0]))
	case time.Duration:
		return code(strings.Replace(v.String(), "m0s", "m", 1))
	}
	if f.value.CanInt() {
		return code(fmt.Sprint(f.value.Int()))
	}
	if f.value.Kind() == reflect.Map || f.value.IsZero() || f.value.Kind() == reflect.Slice && f.value.Len() == 0 {
		return ""
	}
	return code(strings.Trim(fmt.Sprint(f.value.Interface()), "[]"))
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// goldenTable compares with what stands between the markers of a page.
func goldenTable(t *testing.T, page, table string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- made by go generate ./internal/config -->\n", "<!-- end -->"
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no table between %q and %q", page, begin, end)
	}
	golden(t, page, before+begin+table+end+after)
}
