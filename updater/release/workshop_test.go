package release_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/updater/release"
)

// patience bounds what takes a second or two on an idle machine.
const patience = 2 * time.Minute

// workshop is a remote repository with a small program of the right shape, and a machine that runs its first commit.
type workshop struct {
	release.Workshop
	remote   string // a work tree, which is fetched from as from a bare one
	deployed string
}

// program is what a release has to be able to do.
var program = map[string]string{
	"go.mod": "module example.com/payments\n\ngo 1.24\n",
	"main.go": `package main

import (
	"fmt"
	"os"

	_ "example.com/payments/supervisor"
)

var commit string

func main() {
	switch os.Args[1] {
	case "version":
		fmt.Printf("{\"commit\":%q,\"go\":\"go1\",\"schema\":%s}\n", commit, schema)
	case "config", "updater":
		if _, err := os.Stat(os.Getenv("REFUSE")); err == nil {
			fmt.Fprintln(os.Stderr, "no", os.Args[1], "here")
			os.Exit(1)
		}
	}
}
`,
	"schema.go":                "package main\n\nconst schema = `[{\"version\":1,\"compatible_with\":0}]`\n",
	"supervisor/supervisor.go": "package supervisor\n\nfunc F() {}\n",
	"Makefile":                 "build:\n\tgo build -trimpath -ldflags \"-X main.commit=`git rev-parse HEAD`\" -o bin/payments .\n",
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{remote: t.TempDir()}
	w.Workshop = release.Workshop{Home: release.Home(t.TempDir()), Remote: w.remote, BuildTimeout: patience}
	w.git(t, "init", "--quiet", "--initial-branch=master")
	first := w.commit(t, program)
	w.deployed = w.mustPrepare(t, release.Target{}).Name
	if w.deployed != first {
		t.Fatalf("the first release is %s, want %s", w.deployed, first)
	}
	return w
}

// git changes the remote, as an author.
func (w *workshop) git(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", w.remote,
		"-c", "user.name=Ann", "-c", "user.email=ann@example.com"}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit changes files and returns the hash.
func (w *workshop) commit(t *testing.T, files map[string]string, options ...string) string {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(w.remote, name)
		must(t, errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)))
	}
	w.git(t, "add", "--all")
	w.git(t, append([]string{"commit", "--quiet", "--allow-empty", "--message=a change"}, options...)...)
	return w.git(t, "rev-parse", "HEAD")
}

// prepare prepares beside the deployed release, or makes the first one out of the running program.
func (w *workshop) prepare(ctx context.Context, t *testing.T, target release.Target, tell release.Progress) (release.Release, error) {
	t.Helper()
	if w.deployed == "" {
		w.adopt(t)
	}
	target.Deployed = w.deployed
	return w.Prepare(ctx, target, tell)
}

// adopt makes the test's own program the one that runs.
func (w *workshop) adopt(t *testing.T) {
	t.Helper()
	must(t, w.Home.Adopt(t.Context(), "/bin/false"))
	name, err := w.Home.Pointed(release.Current)
	must(t, err)
	w.deployed = name
}

func (w *workshop) mustPrepare(t *testing.T, target release.Target) release.Release {
	t.Helper()
	r, err := w.prepare(t.Context(), t, target, silent)
	must(t, err)
	return r
}

// refuses expects that a target is not prepared, and that nothing is left of the attempt.
func (w *workshop) refuses(t *testing.T, target release.Target, want string) {
	t.Helper()
	before := w.listing(t)
	w.fails(t, target, want)
	if after := w.listing(t); after != before {
		t.Errorf("it left something behind:\n%s\nbefore it was\n%s", after, before)
	}
}

// fails expects that a target is not prepared. What was built may be kept for another attempt.
func (w *workshop) fails(t *testing.T, target release.Target, want string) {
	t.Helper()
	if _, err := w.prepare(t.Context(), t, target, silent); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error that says %q", err, want)
	}
}

// listing is what is in the home, besides the mirror.
func (w *workshop) listing(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "find", string(w.Home), "-not", "-path", "*/mirror.git*", "-printf", "%P %l\n").Output()
	must(t, err)
	return string(out)
}

func silent(release.Step, string) {}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
