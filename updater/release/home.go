// Package release gives a machine its releases: it fetches a commit, builds and checks it, and keeps the result under
// PAYMENTS_HOME, where two symbolic links say which release is which. It does not start or replace any process, and
// does nothing to the release that runs.
//
//	releases/<name>/payments      a build, never changed once it is there
//	releases/<name>/release.json  what it was made from: see Release
//	current    → releases/<name>  what the next generation of workers is started from
//	last-good  → releases/<name>  what survived its probation: every start and every restart after a crash
//	updater/mirror.git            the repository, as last fetched
package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Home is a PAYMENTS_HOME.
type Home string

// Pointer is a symbolic link in a home that names a release.
type Pointer string

// The two that there are.
const (
	Current  Pointer = "current"
	LastGood Pointer = "last-good"
)

const (
	binaryName = "payments"
	releases   = "releases"
)

func (h Home) path(elem ...string) string {
	return filepath.Join(append([]string{string(h)}, elem...)...)
}

// Updater is a place for what the updater itself keeps.
func (h Home) Updater(elem ...string) string { return h.path(append([]string{"updater"}, elem...)...) }

// Dir is where a release is.
func (h Home) Dir(name string) string { return h.path(releases, name) }

// Binary is the program of a release.
func (h Home) Binary(name string) string { return h.path(releases, name, binaryName) }

// Through is the program that a pointer leads to, whatever that is when it is executed.
func (h Home) Through(p Pointer) string { return h.path(string(p), binaryName) }

// Pointed is the name of the release that a pointer names, or empty.
func (h Home) Pointed(p Pointer) (name string, err error) {
	target, err := os.Readlink(h.path(string(p)))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read which release is %s: %w", p, err)
	}
	return filepath.Base(target), nil
}

// NameOf is the release that a program belongs to, or empty.
func (h Home) NameOf(binary string) string {
	dir := filepath.Dir(binary)
	if filepath.Dir(dir) != h.path(releases) {
		return ""
	}
	return filepath.Base(dir)
}

// Runs is the release that a process runs, given /proc/<pid>/exe or the like, or empty.
func (h Home) Runs(exe string) string {
	home, err := filepath.EvalSymlinks(string(h))
	if err != nil {
		return ""
	}
	if exe, err = filepath.EvalSymlinks(exe); err != nil {
		return ""
	}
	return Home(home).NameOf(exe)
}

// SupervisorOf is the digest of the supervisor that a process runs; empty when that is no release, or it is not known.
func (h Home) SupervisorOf(exe string) string {
	r, err := h.Open(h.Runs(exe))
	if err != nil {
		return ""
	}
	return r.Supervisor
}

// Point makes a pointer name a release. Whoever reads it meanwhile, also after a power cut, finds the old or the new
// one.
func (h Home) Point(p Pointer, name string) error {
	if pointed, err := h.Pointed(p); err != nil || pointed == name {
		return err
	}
	if _, err := os.Stat(h.Binary(name)); err != nil {
		return fmt.Errorf("make release %s %s: %w", name, p, err)
	}
	next := h.path("." + string(p) + ".next")
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("make release %s %s: %w", name, p, err)
	}
	if err := os.Symlink(filepath.Join(releases, name), next); err != nil {
		return fmt.Errorf("make release %s %s: %w", name, p, err)
	}
	if err := os.Rename(next, h.path(string(p))); err != nil {
		return fmt.Errorf("make release %s %s: %w", name, p, err)
	}
	return SyncDir(string(h))
}

// SyncDir makes renames within a directory survive a power cut.
func SyncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
