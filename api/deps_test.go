package api_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestPackage_BringsLittleAlong guards what a service takes in with the client: nothing of the server's, and few
// modules.
func TestPackage_BringsLittleAlong(t *testing.T) {
	t.Parallel()
	const ours = "github.com/samchon/payments-server"
	allowed := []string{"github.com/shopspring/decimal", "github.com/segmentio/asm", "golang.org/x/sys"}
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{end}}{{.ImportPath}}", ".")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		module, path, inModule := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case !inModule: // the standard library
		case module == ours && (path == ours+"/api" || strings.HasPrefix(path, ours+"/api/")):
		case module != ours && slices.Contains(allowed, module):
		default:
			t.Errorf("api imports %s", path)
		}
	}
}
