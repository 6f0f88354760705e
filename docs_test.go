package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocuments_LinksLeadSomewhere follows every link from one of our files to
// another, also to its headings.
func TestDocuments_LinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	links := 0
	for _, document := range documents(t) {
		text := mustReadText(t, document)
		for _, link := range regexp.MustCompile(`\]\(([^)\s#]*)(?:#([^)\s]*))?\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			links++
			target := document
			if link[1] != "" {
				target = filepath.Join(filepath.Dir(document), link[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s is not there", document, link[1])
			} else if link[2] != "" && !anchors(mustReadText(t, target))[link[2]] {
				t.Errorf("%s: %s has nothing called %s", document, target, link[2])
			}
		}
	}
	if links < 50 {
		t.Errorf("found only %d links", links)
	}
}

// TestReadme_SaysTheSameInKorean, as far as a test can tell: the outline, and what
// there is to type.
func TestReadme_SaysTheSameInKorean(t *testing.T) {
	t.Parallel()
	english, korean := mustReadText(t, "README.md"), mustReadText(t, "README.ko.md")
	if diff := cmp.Diff(codeBlocks(english), codeBlocks(korean)); diff != "" {
		t.Errorf("code blocks of README.md and README.ko.md (-en +ko):\n%s", diff)
	}
	if diff := cmp.Diff(outline(english), outline(korean)); diff != "" {
		t.Errorf("levels of the headings of README.md and README.ko.md (-en +ko):\n%s", diff)
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	names, err := exec.CommandContext(t.Context(), "git", "ls-files", "-co", "--exclude-standard", "*.md").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(names))
}

var (
	blocks   = regexp.MustCompile("(?ms)^```.*?^```")
	headings = regexp.MustCompile(`(?m)^(#+) (.*)$`)
	ids      = regexp.MustCompile(`<a id="([^"]+)">`)
)

func codeBlocks(text string) []string { return blocks.FindAllString(text, -1) }

func outline(text string) (levels []string) {
	for _, heading := range headings.FindAllStringSubmatch(blocks.ReplaceAllString(text, ""), -1) {
		levels = append(levels, heading[1])
	}
	return levels
}

// anchors are the places of a document, by the names that GitHub gives to headings.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, heading := range headings.FindAllStringSubmatch(blocks.ReplaceAllString(text, ""), -1) {
		name := strings.ReplaceAll(strings.ToLower(heading[2]), " ", "-")
		all[regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(name, "")] = true
	}
	for _, id := range ids.FindAllStringSubmatch(text, -1) {
		all[id[1]] = true
	}
	return all
}

func mustReadText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
