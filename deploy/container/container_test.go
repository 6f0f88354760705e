package container_test

import (
	"bytes"
	"cmp"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/samchon/payments-server/deploy/deploytest"
)

func TestImage(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "rootfs")
	assemble(t, root)

	t.Run("IsStatic", func(t *testing.T) {
		binary, err := elf.Open(filepath.Join(root, "usr/bin/payments"))
		deploytest.Must(t, err)
		defer binary.Close()
		if slices.ContainsFunc(binary.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
			t.Error("the binary asks for a dynamic linker, which is not there")
		}
	})
	t.Run("HasNothingElse", func(t *testing.T) {
		var files []string
		size := int64(0)
		deploytest.Must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			files, size = append(files, path[len(root):]), size+info.Size()
			return err
		}))
		want := []string{"/etc/group", "/etc/passwd", "/etc/ssl/certs/ca-certificates.crt", "/usr/bin/payments"}
		if !slices.Equal(files, want) {
			t.Errorf("it has %v, want %v", files, want)
		}
		if size > 48<<20 {
			t.Errorf("it has %d MiB", size>>20)
		}
	})
}

// TestContainer runs the image as process 1 of namespaces, as its Dockerfile says, and pays through it.
func TestContainer(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make namespaces; .ci/run has it")
	}
	dockerfile := readDockerfile(t)
	around := deploytest.New(t)
	image := newImage(t, around, dockerfile)
	c := image.start(t)
	deploytest.WaitUntil(t, "the API answers", func() bool { return around.Healthy(t.Context()) })
	deploytest.Must(t, around.Pay(t.Context()))

	t.Run("KnowsItsHealth", func(t *testing.T) {
		if out, err := c.exec(dockerfile.health...); err != nil {
			t.Errorf("%v: %v: %s", dockerfile.health, err, out)
		}
	})
	t.Run("ReplacesAKilledWorkerAndLeavesNoZombie", func(t *testing.T) {
		worker := c.children(t)[0]
		deploytest.Must(t, exec.Command("kill", "-KILL", worker).Run())
		deploytest.WaitUntil(t, "another worker serves", func() bool {
			now := c.children(t)
			return len(now) == 2 && !slices.Contains(now, worker)
		})
		deploytest.Must(t, around.Pay(t.Context()))
	})
	t.Run("Reloads", func(t *testing.T) {
		if out, err := c.payments("reload"); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		deploytest.Must(t, around.Pay(t.Context()))
	})
	t.Run("RefusesToReplaceProcessOne", func(t *testing.T) {
		if out, err := c.payments("upgrade"); err == nil || !strings.Contains(out, "replace the container") {
			t.Errorf("upgrade: %v: %s", err, out)
		}
		deploytest.Must(t, around.Pay(t.Context()))
	})
	t.Run("IsReadOnlyAndNobodysRoot", func(t *testing.T) {
		status, err := os.ReadFile("/proc/" + c.pid + "/status")
		deploytest.Must(t, err)
		for _, want := range []string{"Uid:\t65532\t65532\t65532\t65532", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"} {
			if !strings.Contains(string(status), want) {
				t.Errorf("process 1 is not %q", want)
			}
		}
		if mounts, err := os.ReadFile("/proc/" + c.pid + "/mountinfo"); err != nil || !regexp.MustCompile(`(?m)/rootfs / ro,|/rootfs \S+ ro,`).Match(mounts) {
			t.Errorf("the root may be written: %v\n%s", err, mounts)
		}
	})

	// An engine starts it again on the state that a killed one has left, whose pid file names process 1, too.
	deploytest.Must(t, exec.Command("kill", "-KILL", c.pid).Run())
	<-c.done
	c = image.start(t)
	deploytest.WaitUntil(t, "the API answers again", func() bool { return around.Healthy(t.Context()) })

	deploytest.Must(t, exec.Command("kill", "-TERM", c.pid).Run())
	select {
	case err := <-c.done:
		if err != nil {
			t.Errorf("told to stop, it ended with %v: %s", err, c.said)
		}
	case <-time.After(deploytest.Patience):
		t.Error("told to stop, it does not end")
	}
}

// dockerfile is what the Dockerfile says of how to run the image.
type dockerfile struct {
	user                        string
	entrypoint, command, health []string
}

func readDockerfile(t *testing.T) (d dockerfile) {
	t.Helper()
	text, err := os.ReadFile("Dockerfile")
	deploytest.Must(t, err)
	word := func(pattern string) string {
		match := regexp.MustCompile("(?m)^" + pattern + "$").FindSubmatch(text)
		if match == nil {
			t.Fatalf("the Dockerfile has no line %s", pattern)
		}
		return string(match[1])
	}
	list := func(pattern string) (words []string) {
		deploytest.Must(t, json.Unmarshal([]byte(word(pattern+` (\[.*\])`)), &words))
		return words
	}
	return dockerfile{user: word(`USER (\S+)`), entrypoint: list("ENTRYPOINT"), command: list("CMD"), health: list("HEALTHCHECK .* CMD")}
}

// image is a root filesystem and what is mounted into it.
type image struct {
	dir   string
	admin int // port
	dockerfile
}

func newImage(t *testing.T, around *deploytest.Surroundings, d dockerfile) *image {
	t.Helper()
	dir, err := os.MkdirTemp("", "payments-container-")
	deploytest.Must(t, err)
	t.Cleanup(func() { deploytest.Must(t, os.RemoveAll(dir)) })
	deploytest.Must(t, os.Chmod(dir, 0o755))
	assemble(t, filepath.Join(dir, "rootfs"))
	around.WriteCredentials(t, filepath.Join(dir, "secrets"))
	deploytest.Must(t, os.Mkdir(filepath.Join(dir, "etc"), 0o755))
	deploytest.Must(t, os.WriteFile(filepath.Join(dir, "etc/payments.yaml"), []byte(around.YAML()), 0o644))
	deploytest.Must(t, os.Mkdir(filepath.Join(dir, "home"), 0o700))
	deploytest.Must(t, exec.Command("chown", "-R", d.user, filepath.Join(dir, "home"), filepath.Join(dir, "secrets")).Run())
	return &image{dir: dir, admin: around.Admin, dockerfile: d}
}

// container is a running image.
type container struct {
	image *image
	pid   string // of its process 1, seen from here
	done  chan error
	said  *bytes.Buffer // read it after done
}

func (i *image) start(t *testing.T) *container {
	t.Helper()
	arguments := slices.Concat([]string{"testdata/run.sh", i.dir, i.user}, i.entrypoint, []string{"--config", "/etc/payments/payments.yaml"}, i.command)
	host := exec.Command("sh", arguments...)
	c := &container{image: i, done: make(chan error, 1), said: new(bytes.Buffer)}
	host.Stdout, host.Stderr = c.said, c.said
	deploytest.Must(t, host.Start())
	ended := make(chan struct{})
	go func() {
		c.done <- host.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = exec.Command("kill", "-KILL", cmp.Or(c.pid, strconv.Itoa(host.Process.Pid))).Run() // it may have ended
		<-ended
		if t.Failed() {
			t.Logf("it said %s", c.said)
		}
	})
	deploytest.WaitUntil(t, "process 1 is there", func() bool {
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", host.Process.Pid, host.Process.Pid))
		c.pid = strings.TrimSpace(string(children))
		return err == nil && c.pid != ""
	})
	return c
}

// exec runs a command in the container, as its user.
func (c *container) exec(command ...string) (output string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), deploytest.Patience)
	defer cancel()
	user, group, _ := strings.Cut(c.image.user, ":")
	enter := []string{"--target", c.pid, "--mount", "--pid", "--ipc", "--uts", "--root", "--wd", "--setuid", user, "--setgid", group, "--"}
	cmd := exec.CommandContext(ctx, "nsenter", append(enter, command...)...)
	cmd.Env = []string{"CREDENTIALS_DIRECTORY=/run/secrets", "PAYMENTS_HOME=/var/lib/payments", "ADMIN_PORT=" + strconv.Itoa(c.image.admin)}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c *container) payments(command string) (output string, err error) {
	return c.exec(append(slices.Clone(c.image.entrypoint), "--config", "/etc/payments/payments.yaml", command)...)
}

// children are the processes that process 1 has started, from whichever thread, zombies included.
func (c *container) children(t *testing.T) (pids []string) {
	t.Helper()
	lists, err := filepath.Glob("/proc/" + c.pid + "/task/*/children")
	deploytest.Must(t, err)
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if !errors.Is(err, os.ErrNotExist) { // a thread that has ended
			deploytest.Must(t, err)
		}
		pids = append(pids, strings.Fields(string(text))...)
	}
	return pids
}

func assemble(t *testing.T, root string) {
	t.Helper()
	for _, command := range [][]string{{"make", "--silent", "--directory=../..", "build"}, {"sh", "rootfs.sh", root}} {
		if out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", command, err, out)
		}
	}
}
