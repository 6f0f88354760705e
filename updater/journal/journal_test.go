package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/samchon/payments-server/updater/disktest"
	"github.com/samchon/payments-server/updater/journal"
)

func mustOpen(t *testing.T, path string) (j *journal.Journal, entries []string) {
	t.Helper()
	j, err := journal.Open(path, collect(&entries))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j, entries
}

func collect(into *[]string) func(json.RawMessage) error {
	return func(entry json.RawMessage) error {
		*into = append(*into, string(entry))
		return nil
	}
}

func mustAppend(t *testing.T, j *journal.Journal, entries ...string) {
	t.Helper()
	for _, e := range entries {
		if err := j.Append(e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestJournal_GoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	for i, entry := range []string{"one", "<two & three>", "four"} {
		j, before := mustOpen(t, path)
		if len(before) != i {
			t.Errorf("after %d entries it has %q", i, before)
		}
		mustAppend(t, j, entry)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestJournal_ForgetsALineThatWasCutShort(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := mustOpen(t, path)
	mustAppend(t, j, "one", "two")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:len(text)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	again, entries := mustOpen(t, path)
	if !slices.Equal(entries, []string{`"one"`}) {
		t.Errorf("it has %q, want the first", entries)
	}
	mustAppend(t, again, "three")
	if _, entries := mustOpen(t, path); !slices.Equal(entries, []string{`"one"`, `"three"`}) {
		t.Errorf("it has %q, want the first and the third", entries)
	}
}

func TestJournal_GoesOnAfterAFullDisk(t *testing.T) {
	t.Parallel()
	disktest.Run(t, func(fill disktest.Fill) {
		path := filepath.Join(t.TempDir(), "journal")
		j, _ := mustOpen(t, path)
		mustAppend(t, j, "one")
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		free := fill(info.Size() + 10)
		if err := j.Append("two"); !errors.Is(err, syscall.EFBIG) {
			t.Errorf("without room for it an entry is told %v", err)
		}
		free()
		mustAppend(t, j, "three")
		if _, entries := mustOpen(t, path); !slices.Equal(entries, []string{`"one"`, `"three"`}) {
			t.Errorf("it has %q, want the first and the third", entries)
		}
	})
}

func TestVerify_NamesTheLineThatWasTamperedWith(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := mustOpen(t, path)
	mustAppend(t, j, "one", "two", "three")
	var text bytes.Buffer
	if err := j.Copy(&text); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(text.String(), "\n")
	for name, test := range map[string]struct{ journal, want string }{
		"Untouched": {text.String(), ""},
		"Changed":   {strings.Replace(text.String(), "two", "owt", 1), "line 2"},
		"Removed":   {lines[0] + lines[2], "line 2"},
		"Swapped":   {lines[1] + lines[0] + lines[2], "line 1"},
		"NoJournal": {"a text\n", "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var entries []string
			_, err := journal.Verify(strings.NewReader(test.journal), collect(&entries))
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
