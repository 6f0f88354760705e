package fakes_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/samchon/payments-server/fakes/toss"
)

// TestReadme_TranscriptIsTrue runs the commands of README.md's console block and
// compares what they print; "…" stands for what differs each time.
func TestReadme_TranscriptIsTrue(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	fake := toss.New(toss.Options{})
	defer fake.Close()
	if err := fake.Listen(""); err != nil {
		t.Fatal(err)
	}
	script, printed := transcript(t, "http://"+toss.DefaultAddress, fake.URL())
	output, err := exec.CommandContext(t.Context(), "sh", "-euc", script).CombinedOutput()
	if err != nil {
		t.Errorf("the commands ended with %v", err)
	}
	if !printed.Match(output) {
		t.Errorf("they print\n%s\nwhich is not like\n%s", output, printed)
	}
}

// transcript returns the commands, meant for another address, and the pattern of
// what they print.
func transcript(t *testing.T, documented, actual string) (script string, printed *regexp.Regexp) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```console\n")
	block, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("README.md has no console block")
	}
	var commands, lines strings.Builder
	for line := range strings.Lines(block) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			commands.WriteString(strings.ReplaceAll(command, documented, actual))
			continue
		}
		lines.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*"))
	}
	return commands.String(), regexp.MustCompile("^" + lines.String() + "$")
}
