package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Workshop prepares releases. All fields are required but Signers and Args.
type Workshop struct {
	Home   Home
	Remote string // what `git fetch` understands
	// Signers is a file of allowed signers outside of the repository. With one, unsigned commits are refused.
	Signers string
	// Args go before every command of a release's program: where its configuration is.
	Args         []string
	BuildTimeout time.Duration
	MinFree      uint64 // bytes that have to be free before a build
}

// Target is what to prepare.
type Target struct {
	Branch   string // empty: the remote's current one
	Commit   string // empty: the last one of the branch
	Deployed string // release that runs
	Rollback bool   // Commit may come before the deployed one
}

// Step is what a preparation is at.
type Step string

// The steps in their order.
const (
	Fetch Step = "fetch"
	Build Step = "build"
	Check Step = "check"
)

// Progress is told when a step begins. The commit is known once it is fetched.
type Progress func(step Step, commit string)

// Prepare makes a release that can be started, or finds it made. Whatever fails, and wherever it is interrupted, it has
// changed nothing but its own mirror and caches, and may be called again.
func (w Workshop) Prepare(ctx context.Context, t Target, tell Progress) (Release, error) {
	tell(Fetch, "")
	deployed, err := w.Home.Open(t.Deployed)
	if err != nil {
		return Release{}, err
	}
	want, err := w.find(ctx, t, deployed)
	if err != nil {
		return Release{}, fmt.Errorf("fetch: %w", err)
	}
	tell(Build, want.Commit)
	r, ok := w.Home.intact(want.Name)
	if !ok {
		if r, err = w.build(ctx, want); err != nil {
			return Release{}, fmt.Errorf("build %s: %w", Short(want.Commit), err)
		}
	}
	tell(Check, want.Commit)
	if err := w.check(ctx, r, deployed); err != nil {
		return Release{}, fmt.Errorf("check %s: %w", Short(want.Commit), err)
	}
	return r, nil
}

// find fetches, and decides which commit it is and whether it may be deployed.
func (w Workshop) find(ctx context.Context, t Target, deployed Release) (want Release, err error) {
	m := w.mirror()
	if err := m.open(ctx); err != nil {
		return want, err
	}
	if t.Branch == "" {
		if t.Branch, err = m.head(ctx); err != nil {
			return want, err
		}
	}
	if err := m.fetch(ctx, t.Branch); err != nil {
		return want, err
	}
	commit, err := m.resolve(ctx, t.Branch, t.Commit)
	if err != nil {
		return want, err
	}
	if err := w.admit(ctx, commit, deployed.Commit, t.Rollback); err != nil {
		return want, err
	}
	at, err := m.commitTime(ctx, commit)
	return Release{Name: commit, Commit: commit, Branch: t.Branch, CommitTime: at}, err
}

// admit refuses what is not signed, and what does not follow the deployed commit.
func (w Workshop) admit(ctx context.Context, commit, deployed string, rollback bool) error {
	m := w.mirror()
	if w.Signers != "" {
		if err := m.verify(ctx, commit, w.Signers); err != nil {
			return err
		}
	}
	if rollback || !commitish.MatchString(deployed) {
		return nil
	}
	if !m.has(ctx, deployed) {
		return fmt.Errorf("the deployed commit %s is not on the remote; add --rollback to leave it", Short(deployed))
	}
	follows, err := m.follows(ctx, deployed, commit)
	if err == nil && !follows {
		err = fmt.Errorf("commit %s does not follow the deployed %s; add --rollback to go back", Short(commit), Short(deployed))
	}
	return err
}

func (w Workshop) mirror() mirror {
	return mirror{dir: w.Home.Updater("mirror.git"), remote: w.Remote}
}

// build makes the release in a clean checkout, with the commit's own Makefile.
func (w Workshop) build(ctx context.Context, r Release) (Release, error) {
	if err := w.checkSpace(); err != nil {
		return r, err
	}
	dir := w.Home.Updater("build")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(w.Home.path(releases), 0o755)); err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	source, out := filepath.Join(dir, "source"), filepath.Join(dir, "release")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return r, err
	}
	if err := w.mirror().checkout(ctx, source, r.Branch, r.Commit); err != nil {
		return r, err
	}
	if err := w.compile(ctx, source, &r); err != nil {
		return r, err
	}
	built := filepath.Join(out, binaryName)
	if err := os.Rename(filepath.Join(source, "bin", binaryName), built); err != nil {
		return r, err
	}
	if err := w.describe(ctx, built, &r); err != nil {
		return r, err
	}
	return r, w.Home.install(out, r)
}

// compile is one `make build`. It gives way to the server, which runs on the same processors.
func (w Workshop) compile(ctx context.Context, source string, r *Release) error {
	_, err := command{dir: source, env: cleanEnv(), args: []string{"nice", "make", "build"}, limit: w.BuildTimeout}.run(ctx)
	if err != nil {
		return err
	}
	r.Supervisor, err = supervisorID(ctx, source, w.BuildTimeout)
	return err
}

// describe lets a program say what it is, which shows that it runs here at all.
func (w Workshop) describe(ctx context.Context, binary string, r *Release) (err error) {
	if r.SHA256, err = digest(binary); err != nil {
		return err
	}
	f, err := askFacts(ctx, binary, cleanEnv())
	if err != nil {
		return err
	}
	if commitish.MatchString(r.Commit) && f.Commit != r.Commit {
		return fmt.Errorf("the program says that it is commit %s", f.Commit)
	}
	r.Go, r.Schema = f.Go, f.Schema
	return nil
}

// supervisorID tells whether the supervisor itself has to be replaced: a digest of the build IDs of its package and of
// all that it imports, which are those of their compiled code.
func supervisorID(ctx context.Context, source string, limit time.Duration) (string, error) {
	list := command{dir: source, env: cleanEnv("CGO_ENABLED=0"), limit: limit,
		args: []string{"nice", "go", "list", "-export", "-deps", "-trimpath", "-f", "{{.ImportPath}} {{.BuildID}}", "./supervisor"}}
	ids, err := list.run(ctx)
	if err != nil {
		return "", err
	}
	return digestOf(ids), nil
}

func (w Workshop) checkSpace() error {
	var fs unix.Statfs_t
	if err := unix.Statfs(string(w.Home), &fs); err != nil {
		return fmt.Errorf("look for free space in %s: %w", w.Home, err)
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < w.MinFree {
		return fmt.Errorf("%d MiB are free in %s, and a build needs %d: remove something, or lower updater.min_free",
			free>>20, w.Home, w.MinFree>>20)
	}
	return nil
}

// check lets the new program look at this machine's configuration and database, and compares the schemas. It gets our
// own environment, which is the server's.
func (w Workshop) check(ctx context.Context, r, deployed Release) error {
	if err := sideBySide(r.Schema, deployed.Schema); err != nil {
		return err
	}
	if err := w.ask(ctx, r, "config", "check"); err != nil {
		return err
	}
	return w.ask(ctx, r, "updater", "migrate", "--dry-run")
}

// Migrate brings the database to the schema of a release.
func (w Workshop) Migrate(ctx context.Context, r Release) error {
	return w.ask(ctx, r, "updater", "migrate")
}

func (w Workshop) ask(ctx context.Context, r Release, args ...string) error {
	args = append(append([]string{w.Home.Binary(r.Name)}, w.Args...), args...)
	_, err := command{env: os.Environ(), args: args, limit: checkTimeout}.run(ctx)
	return err
}

// Short is as much of a commit as people are shown.
func Short(commit string) string { return commit[:min(12, len(commit))] }
