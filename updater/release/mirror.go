package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// mirror is the repository as this machine has last fetched it. git runs as a process, as a person would run it.
type mirror struct {
	dir    string
	remote string // given to every fetch, so that none that was configured earlier is used
}

func (m mirror) git(ctx context.Context, args ...string) (string, error) {
	// No hooks: nothing but the build runs what came with the repository, or with the account. A gc in the background
	// would outlive its fetch, and with it our lock.
	args = append([]string{"git", "-C", m.dir, "-c", "core.hooksPath=/dev/null",
		"-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false"}, args...)
	return command{env: cleanEnv(), args: args, limit: gitTimeout}.run(ctx)
}

// open makes an empty mirror when there is none.
func (m mirror) open(ctx context.Context) error {
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return err
	}
	if err := m.unlock(); err != nil {
		return err
	}
	_, err := m.git(ctx, "init", "--bare", "--quiet", ".")
	return err
}

// unlock removes the locks of a git that was killed, which would fail every later one. Nobody else is here: the slave
// holds the lock of its home. No ref may be called *.lock (git-check-ref-format(1)).
func (m mirror) unlock() error {
	return filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".lock" {
			return err
		}
		return os.Remove(path)
	})
}

// fetch brings one branch. Tags stay away: they may move, and builds of one commit shall not differ by them.
func (m mirror) fetch(ctx context.Context, branch string) error {
	ref := "refs/heads/" + branch
	_, err := m.git(ctx, "fetch", "--quiet", "--force", "--no-tags", "--end-of-options", m.remote, "+"+ref+":"+ref)
	return err
}

// head is the remote's current branch.
func (m mirror) head(ctx context.Context) (string, error) {
	out, err := m.git(ctx, "ls-remote", "--symref", "--end-of-options", m.remote, "HEAD")
	if err != nil {
		return "", err
	}
	branch, ok := strings.CutPrefix(strings.SplitN(out, "\t", 2)[0], "ref: refs/heads/")
	if !ok {
		return "", fmt.Errorf("%s is on no branch: name one with --branch", m.remote)
	}
	return branch, nil
}

var commitish = regexp.MustCompile(`^[0-9a-f]{7,40}$`)

// resolve gives the full hash of a commit on a branch, of its last one without a commit.
func (m mirror) resolve(ctx context.Context, branch, commit string) (string, error) {
	tip, err := m.git(ctx, "rev-parse", "--verify", "--end-of-options", "refs/heads/"+branch)
	if err != nil || commit == "" {
		return tip, err
	}
	if !commitish.MatchString(commit) {
		return "", fmt.Errorf("%q is no commit: give at least seven digits of its hash", commit)
	}
	full, err := m.git(ctx, "rev-parse", "--verify", "--quiet", commit+"^{commit}")
	if saidNo(err) {
		return "", fmt.Errorf("commit %s is not on branch %s of %s", commit, branch, m.remote)
	}
	if err != nil {
		return "", err
	}
	follows, err := m.follows(ctx, full, tip)
	if err == nil && !follows {
		err = fmt.Errorf("commit %s is not on branch %s of %s", commit, branch, m.remote)
	}
	return full, err
}

// follows reports whether a commit has another among its ancestors, or is it.
func (m mirror) follows(ctx context.Context, ancestor, commit string) (bool, error) {
	_, err := m.git(ctx, "merge-base", "--is-ancestor", ancestor, commit)
	if saidNo(err) {
		return false, nil
	}
	return err == nil, err
}

// has reports whether a commit was ever fetched.
func (m mirror) has(ctx context.Context, commit string) bool {
	_, err := m.git(ctx, "cat-file", "-e", commit+"^{commit}")
	return err == nil
}

var errUnsigned = errors.New("it is not signed by an allowed signer")

// verify checks the signature of a commit against a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS). git tells
// the kind of a signature from the commit, and would ask this account's gpg about another kind: there is no such
// program.
func (m mirror) verify(ctx context.Context, commit, signers string) error {
	_, err := m.git(ctx, "-c", "gpg.ssh.allowedSignersFile="+signers, "-c", "gpg.program=/nonexistent",
		"-c", "gpg.x509.program=/nonexistent", "verify-commit", commit)
	if err != nil {
		return fmt.Errorf("commit %s: %w: %w", commit, errUnsigned, err)
	}
	return nil
}

func (m mirror) commitTime(ctx context.Context, commit string) (time.Time, error) {
	out, err := m.git(ctx, "show", "--no-patch", "--format=%ct", commit)
	if err != nil {
		return time.Time{}, err
	}
	seconds, err := strconv.ParseInt(out, 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}

// checkout makes a fresh clone of the mirror in a directory, on a branch that ends at the commit.
func (m mirror) checkout(ctx context.Context, dir, branch, commit string) error {
	_, err := m.git(ctx, "clone", "--quiet", "--shared", "--no-checkout", "--no-tags", ".", dir)
	if err != nil {
		return err
	}
	_, err = mirror{dir: dir}.git(ctx, "checkout", "--quiet", "-B", branch, commit)
	return err
}
