package worker

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRefusals_MissNoCode: each is told where it may come from, but for those that
// any request may meet, which are in the enumeration alone.
func TestRefusals_MissNoCode(t *testing.T) {
	t.Parallel()
	told := slices.Concat(slices.Collect(maps.Values(refusals))...)
	told = append(told, codeDatabaseAway, codeInternal, codeNoRoute, codeNoMethod, codeNotImplemented)
	for code := range kinds {
		if !slices.Contains(told, code) {
			t.Errorf("no operation says that it may be refused with %s", code)
		}
	}
}

// TestCodes keeps the constants that clients branch on in step with the table.
func TestCodes(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../api/codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var published []string
	ast.Inspect(file, func(n ast.Node) bool {
		if declared, ok := n.(*ast.GenDecl); ok {
			return declared.Tok == token.CONST
		}
		if literal, ok := n.(*ast.BasicLit); ok {
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			published = append(published, text)
		}
		return true
	})
	if diff := cmp.Diff(slices.Sorted(maps.Keys(kinds)), slices.Sorted(slices.Values(published))); diff != "" {
		t.Errorf("api's codes are not the server's (-server +api):\n%s", diff)
	}
}
