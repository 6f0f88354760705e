package localdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNoPrograms is wrapped by the errors of Ensure when PostgreSQL is not
// installed, or not in the version that made the data.
var ErrNoPrograms = errors.New("PostgreSQL is not installed")

// programs is a folder with PostgreSQL's server programs, all of one version.
type programs struct {
	dir   string
	major int
}

// needed are the programs we run. Debian puts psql on the PATH but not these.
var needed = []string{"initdb", "pg_ctl", "postgres"}

// usualPlaces are where packages put them: Debian, Red Hat, Alpine, Homebrew on
// Apple silicon, on Intel and on Linux.
var usualPlaces = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
}

// findPrograms returns the programs to run a cluster with: those of the version
// that made the data, or else of the newest.
func findPrograms(ctx context.Context, data string) (programs, error) {
	found := installedPrograms(ctx)
	if len(found) == 0 {
		return programs{}, fmt.Errorf("%w (looked on the PATH and in %s)", ErrNoPrograms, strings.Join(usualPlaces, ", "))
	}
	made, err := madeBy(data)
	if errors.Is(err, os.ErrNotExist) {
		return found[0], nil
	}
	if err != nil {
		return programs{}, err
	}
	i := slices.IndexFunc(found, func(p programs) bool { return p.major == made })
	if i < 0 {
		return programs{}, fmt.Errorf("%w in version %d, which made the data; there is %d in %s", ErrNoPrograms, made, found[0].major, found[0].dir)
	}
	return found[i], nil
}

// installedPrograms lists what is installed, newest first; of one version, what
// the PATH names comes first.
func installedPrograms(ctx context.Context) []programs {
	var found []programs
	for _, dir := range candidates() {
		if major, err := majorVersion(ctx, dir); err == nil {
			found = append(found, programs{dir: dir, major: major})
		}
	}
	slices.SortStableFunc(found, func(a, b programs) int { return cmp.Compare(b.major, a.major) })
	return found
}

func candidates() []string {
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range usualPlaces {
		matches, _ := filepath.Glob(pattern) // fails on a malformed pattern only
		dirs = append(dirs, matches...)
	}
	return slices.DeleteFunc(dirs, func(dir string) bool { return !complete(dir) })
}

func complete(dir string) bool {
	for _, name := range needed {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// versionNumber finds 15 in "postgres (PostgreSQL) 15.18 (Debian 15.18-0)".
var versionNumber = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func majorVersion(ctx context.Context, dir string) (int, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	match := versionNumber.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("%s/postgres tells no version: %q", dir, out)
	}
	return strconv.Atoi(string(match[1]))
}

// madeBy is the major version of the cluster in a data folder.
func madeBy(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}
