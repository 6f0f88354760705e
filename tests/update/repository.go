package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// patch changes the files of a commit, given their directory and something that is new each time.
type patch func(dir, fresh string) error

// harmless changes what is compiled, and nothing that anybody could notice.
func harmless(dir, fresh string) error {
	return os.WriteFile(dir+"/worker/fleettest.go", fmt.Appendf(nil, "package worker\n\nvar _ = %q\n", fresh), 0o644)
}

// crashes makes every process of the program die when its number is written into a file.
func crashes(file string) patch {
	const source = `package worker

import (
	"os"
	"strconv"
	"time"
)

func init() {
	go func() {
		for range time.Tick(time.Millisecond) {
			if told, _ := os.ReadFile(%q); string(told) == strconv.Itoa(os.Getpid()) {
				panic("as told")
			}
		}
	}()
}
`
	return func(dir, _ string) error {
		return os.WriteFile(dir+"/worker/fleettest.go", fmt.Appendf(nil, source, filepath.Join(filepath.Dir(dir), file)), 0o644)
	}
}

// replace changes a text in a source file, which has to be there.
func replace(file, old, text string) patch {
	return func(dir, _ string) error {
		source, err := os.ReadFile(dir + "/" + file)
		if err != nil {
			return err
		}
		if strings.Count(string(source), old) != 1 {
			return fmt.Errorf("%s has %q not once: mend the scenario", file, old)
		}
		return os.WriteFile(dir+"/"+file, []byte(strings.Replace(string(source), old, text, 1)), 0o644)
	}
}

// insert puts lines before a text in a source file.
func insert(file, before, lines string) patch { return replace(file, before, lines+before) }

// cloneRepository makes a bare remote of this repository, an author's clone of that, and the program that the machines
// are installed with.
func (f *fleet) cloneRepository(ctx context.Context) error {
	for _, args := range [][]string{
		{"git", "clone", "--quiet", "--bare", ".", f.path("remote.git")},
		{"git", "-C", f.path("remote.git"), "branch", "--force", "main", "HEAD"},
		{"git", "-C", f.path("remote.git"), "symbolic-ref", "HEAD", "refs/heads/main"},
		{"git", "clone", "--quiet", f.path("remote.git"), f.path("author")},
		{"make", "-C", f.path("author"), "build"},
	} {
		if _, err := command(ctx, args...); err != nil {
			return err
		}
	}
	f.program = f.path("author/bin/payments")
	var err error
	f.deployed, err = f.git(ctx, "rev-parse", "HEAD")
	return err
}

// push commits a scenario's patch on top of what is deployed. A bad commit is replaced by the next one, so the remote's
// branch is rewritten; without a patch what was pushed last stays.
func (f *fleet) push(ctx context.Context, s scenario) (err error) {
	if s.patch != nil {
		if _, err := f.git(ctx, "reset", "--quiet", "--hard", f.deployed); err != nil {
			return err
		}
		if err := s.patch(f.path("author"), time.Now().String()); err != nil {
			return err
		}
		for _, args := range [][]string{{"add", "--all"}, {"commit", "--quiet", "--message", s.name}, {"push", "--quiet", "--force", "origin", "HEAD:main"}} {
			if _, err := f.git(ctx, args...); err != nil {
				return err
			}
		}
	}
	f.pushed, err = f.git(ctx, "rev-parse", "HEAD")
	return err
}

func (f *fleet) git(ctx context.Context, args ...string) (string, error) {
	return command(ctx, append([]string{"git", "-C", f.path("author"), "-c", "user.name=Ann", "-c", "user.email=ann@example.com"}, args...)...)
}

func command(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}
