package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestContributing adds an operation to a copy of this repository, word by word as
// CONTRIBUTING.md does, and calls it by both SDKs before anybody has implemented it.
func TestContributing(t *testing.T) {
	t.Parallel()
	needNode(t)
	c := copyTree(t)
	text := c.read(t, "CONTRIBUTING.md")
	for _, block := range regexp.MustCompile("(?s)```(?:go|js)\n// (\\S+)\n(.*?)```").FindAllStringSubmatch(text, -1) {
		c.take(t, block[1], block[2])
	}
	for _, command := range regexp.MustCompile(`(?m)^\$ (make (?:api|package-api))$`).FindAllStringSubmatch(text, -1) {
		c.mustRun(t, command[1])
	}
	c.mustRun(t, "go test ./api ./api/typescript/generate ./worker -run 'Operation|OpenAPI|Generate|Error|Codes'")
	c.mustRun(t, "npm install --prefix bin --offline --no-audit --no-fund ./bin/*.tgz")
	c.write(t, "api/receipt_node_test.go", c.read(t, "testdata/contributing/receipt_node_test.go"))
	said, err := c.run(t, "go test ./api -run Receipt -v")
	if err == nil || !strings.Contains(said, "501 not_implemented") || !strings.Contains(said, "--- PASS: TestReceiptFromNode") {
		t.Errorf("the tests of a planned operation: %v\n%s", err, said)
	}
}

func needNode(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("npm")
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatal("node and npm are missing, and CI must not skip this")
	default:
		t.Skip("install node (20.3 or later) and npm to try what CONTRIBUTING.md says")
	}
}

// checkout is a copy of all that git knows of this repository, or would.
type checkout struct{ directory string }

func copyTree(t *testing.T) checkout {
	t.Helper()
	c := checkout{t.TempDir()}
	names, err := exec.CommandContext(t.Context(), "git", "ls-files", "-co", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(names)) {
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) { // deleted, and not committed yet
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		c.write(t, name, string(text))
	}
	return c
}

// take does with a block of the document what its reader does: writes a file, or
// adds to the one that is there.
func (c checkout) take(t *testing.T, name, block string) {
	t.Helper()
	switch name {
	case "worker/routes.go":
		const before = "	sealed.UseMiddleware(openSealed(s.codec))\n"
		routes := c.read(t, name)
		if !strings.Contains(routes, before) {
			t.Fatalf("%s has no line %q to add an operation behind", name, before)
		}
		block = strings.Replace(routes, before, before+block, 1)
	case "receipt.mjs":
		name = "bin/" + name // where npm will install the SDK
	}
	c.write(t, name, block)
}

func (c checkout) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.directory, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (c checkout) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(c.directory, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (c checkout) mustRun(t *testing.T, line string) {
	t.Helper()
	if said, err := c.run(t, line); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, said)
	}
}

// run runs a line as a person types it. Without paths in what it builds, Go finds
// in its cache what another copy has built.
func (c checkout) run(t *testing.T, line string) (said string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir, cmd.Env = c.directory, append(os.Environ(), "GOFLAGS=-trimpath")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
