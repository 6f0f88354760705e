package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Release is what a build was made from, as release.json keeps it.
type Release struct {
	Name       string    `json:"-"` // of its directory
	Commit     string    `json:"commit"`
	Branch     string    `json:"branch,omitempty"`
	CommitTime time.Time `json:"commit_time,omitzero"`
	SHA256     string    `json:"sha256"`     // of the program
	Go         string    `json:"go"`         // that built it
	Supervisor string    `json:"supervisor"` // digest of the compiled supervisor and all it imports; empty when unknown
	Schema     Schema    `json:"schema"`
}

const manifestName = "release.json"

// Open reads what a release was made from.
func (h Home) Open(name string) (Release, error) {
	r := Release{Name: name}
	text, err := os.ReadFile(filepath.Join(h.Dir(name), manifestName))
	if err != nil {
		return r, fmt.Errorf("open release %s: %w", name, err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("open release %s: %w", name, err)
	}
	return r, nil
}

// intact opens a release that is there and whole.
func (h Home) intact(name string) (Release, bool) {
	r, err := h.Open(name)
	if err != nil {
		return r, false
	}
	sum, err := digest(h.Binary(name))
	return r, err == nil && sum == r.SHA256
}

// install moves a directory with a program into place, with its manifest, in one step.
func (h Home) install(dir string, r Release) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, manifestName), append(text, '\n'), 0o644); err != nil {
		return err
	}
	for _, path := range []string{filepath.Join(dir, binaryName), filepath.Join(dir, manifestName), dir} {
		if err := SyncDir(path); err != nil { // a file is synced in the same way
			return err
		}
	}
	if err := os.RemoveAll(h.Dir(r.Name)); err != nil { // a damaged one
		return err
	}
	if err := os.Rename(dir, h.Dir(r.Name)); err != nil {
		return err
	}
	return SyncDir(h.path(releases))
}

// facts are what a program says of itself: `payments version --json`.
type facts struct {
	Commit string `json:"commit"`
	Go     string `json:"go"`
	Schema Schema `json:"schema"`
}

func askFacts(ctx context.Context, binary string, env []string) (facts, error) {
	var f facts
	out, err := command{env: env, args: []string{binary, "version", "--json"}, limit: checkTimeout}.run(ctx)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal([]byte(out), &f); err != nil {
		return f, fmt.Errorf("read what %s says of itself: %w", binary, err)
	}
	return f, nil
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("digest %s: %w", path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
