package release_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/updater/disktest"
	"github.com/samchon/payments-server/updater/release"
)

func TestPrepare(t *testing.T) {
	t.Parallel()

	t.Run("BuildsTheLastCommitOfTheRemotesBranch", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		want := w.commit(t, nil)
		var steps []release.Step
		r, err := w.prepare(t.Context(), t, release.Target{}, func(s release.Step, _ string) { steps = append(steps, s) })
		must(t, err)
		if r.Commit != want || r.Branch != "master" || r.CommitTime.IsZero() || len(r.SHA256) != 64 || r.Schema.Version() != 1 {
			t.Errorf("got %+v", r)
		}
		if !slices.Equal(steps, []release.Step{release.Fetch, release.Build, release.Check}) {
			t.Errorf("its steps were %v", steps)
		}
		if info, err := os.Stat(w.Home.Binary(r.Name)); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("its program: %v, %v", info, err)
		}
	})

	t.Run("BuildsTheSameBytesOnAnotherMachine", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		other := &workshop{Workshop: w.Workshop, remote: w.remote}
		other.Home = release.Home(t.TempDir())
		here, there := w.mustPrepare(t, release.Target{}), other.mustPrepare(t, release.Target{})
		if here.SHA256 != there.SHA256 || here.Supervisor != there.Supervisor || here.Supervisor == "" {
			t.Errorf("here %+v, there %+v", here, there)
		}
	})

	t.Run("DoesNotBuildAgain", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		before := w.listing(t)
		w.BuildTimeout = time.Nanosecond
		w.mustPrepare(t, release.Target{})
		if after := w.listing(t); after != before {
			t.Errorf("it became\n%s\nfrom\n%s", after, before)
		}
	})

	t.Run("ReplacesADamagedRelease", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		r := w.mustPrepare(t, release.Target{})
		must(t, os.WriteFile(w.Home.Binary(r.Name), []byte("half"), 0o755))
		w.mustPrepare(t, release.Target{})
		if out, err := exec.CommandContext(t.Context(), w.Home.Binary(r.Name), "version").Output(); err != nil || !strings.Contains(string(out), r.Commit) {
			t.Errorf("the program says %q, %v", out, err)
		}
	})

	t.Run("RemovesTheLocksOfAGitThatWasKilled", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		want := w.commit(t, nil)
		for _, lock := range []string{"config.lock", "packed-refs.lock", "refs/heads/master.lock"} {
			must(t, os.WriteFile(w.Home.Updater("mirror.git", lock), nil, 0o600))
		}
		if r := w.mustPrepare(t, release.Target{}); r.Commit != want {
			t.Errorf("it prepared %s, want %s", r.Commit, want)
		}
	})

	t.Run("LeavesNoGitInTheMirror", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		mirror := w.Home.Updater("mirror.git")
		for _, eager := range []string{"fetch.unpackLimit=1", "gc.autoPackLimit=1"} { // a pack for each fetch, a gc for two
			name, value, _ := strings.Cut(eager, "=")
			out, err := exec.CommandContext(t.Context(), "git", "-C", mirror, "config", name, value).CombinedOutput()
			if err != nil {
				t.Fatalf("git config: %v: %s", err, out)
			}
		}
		w.MinFree = 1 << 60 // to return right after the fetch
		for range 2 {
			w.commit(t, nil)
			w.fails(t, release.Target{}, "MiB are free")
		}
		if packs, err := filepath.Glob(filepath.Join(mirror, "objects", "pack", "*.pack")); err != nil || len(packs) != 1 {
			t.Errorf("gc has not ended: %v, %v", packs, err)
		}
	})

	t.Run("KeepsTheSupervisorsDigestWhileOnlyOtherCodeChanges", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		first := w.mustPrepare(t, release.Target{})
		w.commit(t, map[string]string{"more.go": "package main\n\nvar More int\n"})
		second := w.mustPrepare(t, release.Target{})
		w.commit(t, map[string]string{"supervisor/supervisor.go": "package supervisor\n\nfunc G() {}\n"})
		third := w.mustPrepare(t, release.Target{})
		if first.Supervisor != second.Supervisor || second.Supervisor == third.Supervisor {
			t.Errorf("digests are %s, %s, %s", first.Supervisor, second.Supervisor, third.Supervisor)
		}
	})
}

func TestPrepare_Refuses(t *testing.T) {
	t.Parallel()

	t.Run("WhatDoesNotCompile", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		w.commit(t, map[string]string{"broken.go": "package main\n\nvar x int = \"text\"\n"})
		w.refuses(t, release.Target{}, "broken.go:3")
	})

	t.Run("ABuildThatHangs", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		alive := filepath.Join(t.TempDir(), "alive")
		w.commit(t, map[string]string{"Makefile": "build:\n\tmkfifo " + alive + "; cat " + alive + "\n"})
		w.BuildTimeout = 2 * time.Second
		w.refuses(t, release.Target{}, "nice make build: not done in 2s")
		// Nobody reads the pipe any more, or opening it would succeed.
		if out, err := exec.CommandContext(t.Context(), "dd", "if=/dev/null", "of="+alive, "oflag=nonblock").CombinedOutput(); err == nil {
			t.Errorf("what the build has started still runs: %s", out)
		}
	})

	t.Run("AProgramThatSaysItIsAnother", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		w.commit(t, map[string]string{"Makefile": strings.Replace(program["Makefile"], "HEAD", "HEAD~1", 1)})
		w.refuses(t, release.Target{}, "says that it is commit")
	})

	t.Run("ADiskThatIsNearlyFull", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		w.commit(t, nil)
		w.MinFree = 1 << 60
		w.refuses(t, release.Target{}, "MiB are free")
	})

	t.Run("ARemoteThatCannotBeReached", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		w.Remote = filepath.Join(w.remote, "none")
		w.refuses(t, release.Target{Branch: "master"}, "does not appear to be a git repository")
	})

	t.Run("ABranchThatIsNotThere", func(t *testing.T) {
		t.Parallel()
		newWorkshop(t).refuses(t, release.Target{Branch: "dev"}, "refs/heads/dev")
	})

	t.Run("ACommitOfAnotherBranch", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		w.git(t, "checkout", "--quiet", "-b", "side")
		other := w.commit(t, nil)
		w.refuses(t, release.Target{Branch: "master", Commit: other}, "is not on branch master")
		w.refuses(t, release.Target{Branch: "master", Commit: "--upload-pack=x"}, "is no commit")
	})

	t.Run("GoingBackUnlessItIsARollback", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		first := w.deployed
		w.commit(t, nil)
		w.deployed = w.mustPrepare(t, release.Target{}).Name
		w.refuses(t, release.Target{Commit: first[:9]}, "does not follow the deployed")
		if r := w.mustPrepare(t, release.Target{Commit: first, Rollback: true}); r.Commit != first {
			t.Errorf("the rollback prepared %s, want %s", r.Commit, first)
		}
	})

	t.Run("ABranchThatWasRewritten", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		w.git(t, "commit", "--quiet", "--amend", "--message=another first")
		w.refuses(t, release.Target{}, "does not follow the deployed")
	})
}

func TestPrepare_LeavesTheMachineAsItWasWhenTheDiskIsFull(t *testing.T) {
	t.Parallel()
	disktest.Run(t, func(fill disktest.Fill) {
		w := newWorkshop(t)
		w.commit(t, map[string]string{"more.go": "package main\n\nvar More int\n"})
		for _, room := range []int64{0, 100, 1 << 10, 1 << 14, 1 << 18} { // the program is larger
			before := w.listing(t)
			free := fill(room)
			_, err := w.prepare(t.Context(), t, release.Target{}, silent)
			free()
			if err == nil {
				t.Errorf("with room for files of %d bytes it succeeded", room)
			}
			if after := w.listing(t); after != before {
				t.Errorf("with room for files of %d bytes it left\n%s\nbefore it was\n%s", room, after, before)
			}
		}
		w.mustPrepare(t, release.Target{})
	})
}

func TestPrepare_GivesTheBuildNoSecret(t *testing.T) { // not parallel: it sets a variable
	w := newWorkshop(t)
	t.Setenv("SYSTEM_PASSWORD", "secret")
	w.commit(t, map[string]string{"Makefile": "build:\n\t@echo \"the password is '$$SYSTEM_PASSWORD'\" >&2; exit 1\n"})
	w.refuses(t, release.Target{}, "the password is ''")
}

func TestPrepare_AsksTheNewProgramAboutThisMachine(t *testing.T) { // not parallel: it sets a variable
	w := newWorkshop(t)
	refuse := filepath.Join(t.TempDir(), "refuse")
	t.Setenv("REFUSE", refuse)
	must(t, os.WriteFile(refuse, nil, 0o600))
	w.fails(t, release.Target{}, "no config here")
	must(t, os.Remove(refuse))
	w.mustPrepare(t, release.Target{})
}

func TestPrepare_Migrations(t *testing.T) {
	t.Parallel()
	schema := func(list string) map[string]string {
		return map[string]string{"schema.go": "package main\n\nconst schema = `[" + list + "]`\n"}
	}
	const one, expands, contracts = `{"version":1,"compatible_with":0}`, `,{"version":2,"compatible_with":1}`, `,{"version":3,"compatible_with":2}`
	w := newWorkshop(t)
	first := w.deployed

	w.commit(t, schema(one+expands+contracts))
	w.fails(t, release.Target{}, "migration 3 needs builds of schema 2")

	w.commit(t, schema(one+expands))
	w.deployed = w.mustPrepare(t, release.Target{}).Name
	w.mustPrepare(t, release.Target{Commit: first, Rollback: true})

	w.commit(t, schema(one+expands+contracts))
	w.deployed = w.mustPrepare(t, release.Target{}).Name
	w.refuses(t, release.Target{Commit: first, Rollback: true}, "migration 3 needs builds of schema 2")
}

func TestPrepare_Signatures(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	keys := t.TempDir()
	for _, name := range []string{"ours", "theirs"} {
		out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(keys, name)).CombinedOutput()
		if err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, out)
		}
	}
	ours, err := os.ReadFile(filepath.Join(keys, "ours.pub"))
	must(t, err)
	w.Signers = filepath.Join(keys, "allowed")
	must(t, os.WriteFile(w.Signers, append([]byte("ann@example.com "), ours...), 0o600))
	sign := func(key string) {
		w.git(t, "-c", "gpg.format=ssh", "-c", "user.signingkey="+filepath.Join(keys, key), "commit", "--quiet",
			"--allow-empty", "--gpg-sign", "--message=signed")
	}

	w.refuses(t, release.Target{}, "not signed by an allowed signer")
	sign("theirs")
	w.refuses(t, release.Target{}, "not signed by an allowed signer")
	sign("ours")
	w.mustPrepare(t, release.Target{})
}

func TestPrepare_LeavesTheMachineAsItWasWhenInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.commit(t, map[string]string{"more.go": "package main\n\nvar More int\n"})
	for _, at := range []release.Step{release.Fetch, release.Build, release.Check} {
		before := w.listing(t)
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := w.prepare(ctx, t, release.Target{}, func(s release.Step, _ string) {
			if s == at {
				cancel()
			}
		}); err == nil {
			t.Errorf("interrupted at %s it succeeded", at)
		}
		if after := w.listing(t); at != release.Check && after != before {
			t.Errorf("interrupted at %s it left\n%s\nbefore it was\n%s", at, after, before)
		}
		cancel()
	}
	w.mustPrepare(t, release.Target{})
}
