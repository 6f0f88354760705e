package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// TestHandbook runs what docs/operations.md says about databases, keys and webhooks,
// in its order, on a database that the original has used.
func TestHandbook(t *testing.T) {
	t.Parallel()
	database := originalDatabase(t) // before the system, and so dropped after it has stopped
	s := newSystem(t)
	s.env = append(s.env, "DATABASE_URL="+database, "PATH="+filepath.Dir(s.binary)+":"+os.Getenv("PATH"))
	text, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, heading := range []string{"Taking over the original's database", "Rotating keys", "Dead letters"} {
		section := regexp.MustCompile(`(?s)\n## ` + heading + `\n(.*?)(\n## |$)`).FindSubmatch(text)
		if section == nil {
			t.Fatalf("there is no section %q", heading)
		}
		for _, command := range regexp.MustCompile(`(?m)^ *(payments .*)$`).FindAllSubmatch(section[1], -1) {
			ran++
			s.shell(t, string(command[1]))
		}
	}
	if ran < 10 {
		t.Errorf("found %d commands, want all", ran)
	}
}

// shell runs a line as a person types it.
func (s *system) shell(t *testing.T, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Env = s.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", line, err, out)
	}
}
