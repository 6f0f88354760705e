package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGenerate keeps what is committed in step with the description.
func TestGenerate(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(text)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := filepath.Glob("../src/generated/*")
	if err != nil || len(committed) != len(files) {
		t.Errorf("%d files are committed (%v), want %v: run `make api`", len(committed), err, slices.Sorted(maps.Keys(files)))
	}
	for name, want := range files {
		if have, err := os.ReadFile(filepath.Join("../src/generated", name)); err != nil || string(have) != banner+want {
			t.Errorf("%s is stale (%v): run `make api`", name, err)
		}
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"type":"string","format":"uuid"}`:                                   `string`,
		`{"type":["integer","null"]}`:                                         `number | null`,
		`{"type":"array","items":{"type":["string","null"]}}`:                 `(string | null)[]`,
		`{"type":["array","null"],"items":{"$ref":"#/components/schemas/A"}}`: `A[] | null`,
		`{"enum":["a","b"],"type":"string"}`:                                  `"a" | "b"`,
		`{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}`:       `A | null`,
		`{"type":"object","additionalProperties":{"type":"boolean"}}`:         `Record<string, boolean>`,
		`{"type":"object","additionalProperties":true}`:                       `Record<string, unknown>`,
		`{}`: `unknown`,
	} {
		files, err := generate([]byte(`{"components":{"schemas":{"X":` + schema + `}}}`))
		if got := files["types.ts"]; err != nil || got != "export type X = "+want+";\n" {
			t.Errorf("%s: %q, %v, want %s", schema, got, err, want)
		}
	}
}

func TestGenerate_RefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	operation := func(o string) string { return `{"paths":{"/p":{"post":` + o + `}}}` }
	for name, c := range map[string]struct{ document, says string }{
		"a type":         {`{"components":{"schemas":{"X":{"properties":{"f":{"type":"file"}}}}}}`, `schema X: f: no TypeScript for the type "file"`},
		"a name":         {operation(`{"operationId":"post"}`), `"post" is not named group.function`},
		"a plain body":   {operation(`{"operationId":"a.b","requestBody":{"content":{"application/json":{}}}}`), "operation a.b: there is a body that is not encrypted"},
		"a plain answer": {operation(`{"operationId":"a.b","responses":{"200":{"content":{"application/json":{}}}}}`), "operation a.b: there is a body"},
	} {
		if _, err := generate([]byte(c.document)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want one that says %q", name, err, c.says)
		}
	}
}
