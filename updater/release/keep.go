package release

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Adopt makes a release of a program that runs without being one, and points to it: what the first update of a machine
// can return to. Its name is no commit, because nobody knows from which sources it was built.
func (h Home) Adopt(ctx context.Context, program string) error {
	sum, err := digest(program)
	if err != nil {
		return fmt.Errorf("adopt the running program: %w", err)
	}
	r := Release{Name: "adopted-" + sum[:12], SHA256: sum, Commit: "unknown"}
	if f, err := askFacts(ctx, program, cleanEnv()); err == nil { // one from before that command has no schema known
		r.Commit, r.Go, r.Schema = f.Commit, f.Go, f.Schema
	}
	if _, ok := h.intact(r.Name); !ok {
		if err := h.adopt(program, r); err != nil {
			return fmt.Errorf("adopt the running program: %w", err)
		}
	}
	return errors.Join(h.Point(LastGood, r.Name), h.Point(Current, r.Name))
}

func (h Home) adopt(program string, r Release) error {
	dir := h.Updater("adopted")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755), os.MkdirAll(h.path(releases), 0o755)); err != nil {
		return err
	}
	if err := copyProgram(program, filepath.Join(dir, binaryName)); err != nil {
		return err
	}
	return h.install(dir, r)
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// Prune removes all but the newest releases and those that a pointer or the caller names.
func (h Home) Prune(keep int, named ...string) error {
	for _, p := range []Pointer{Current, LastGood} {
		name, err := h.Pointed(p)
		if err != nil {
			return err
		}
		named = append(named, name)
	}
	entries, err := os.ReadDir(h.path(releases))
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") })
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return made(b).Compare(made(a)) })
	for _, e := range entries[min(keep, len(entries)):] {
		if slices.Contains(named, e.Name()) {
			continue
		}
		if err := os.RemoveAll(h.Dir(e.Name())); err != nil {
			return fmt.Errorf("remove an old release: %w", err)
		}
	}
	return nil
}

func made(e os.DirEntry) time.Time {
	info, err := e.Info()
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
