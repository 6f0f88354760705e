package worker

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated pages anew")

const errorsPage = "../docs/errors.md"

// TestErrorsPage keeps the published list of codes in step with the table.
func TestErrorsPage(t *testing.T) {
	t.Parallel()
	page := renderErrors()
	if *update {
		if err := os.WriteFile(errorsPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(errorsPage); err != nil || string(have) != page {
		t.Errorf("%s is stale (%v): run `make generate`", errorsPage, err)
	}
}

func renderErrors() string {
	var b strings.Builder
	b.WriteString(`# Errors

<!-- made by go generate ./worker -->
Every request that fails is answered with RFC 9457 problem details, ` + "`application/problem+json`" + `, never encrypted and never empty.
` + "`code`" + ` is stable: branch on it. ` + "`detail`" + ` is for people, and may change. ` + "`statusCode`, `message` and `error`" + ` repeat
` + "`status`, `detail` and `title`" + ` for the clients of the original.

| code | status | what it means | what to do |
| --- | --- | --- | --- |
`)
	for _, code := range slices.Sorted(maps.Keys(kinds)) {
		k := kinds[code]
		fmt.Fprintf(&b, "| <a id=%q></a>`%s` | %d | %s | %s |\n", code, code, k.Status, k.Title, k.Help)
	}
	return b.String()
}
