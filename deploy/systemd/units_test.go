package systemd_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/samchon/payments-server/deploy/deploytest"
	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/updater"
)

// exposed is the most that `systemd-analyze security` may find, in tenths: 0 is a unit that can do nothing, 100 one
// without a sandbox. What is left is explained in the units.
const exposed = "16"

func TestUnits(t *testing.T) {
	t.Parallel()
	needs(t, "systemd-analyze")
	prefix := filepath.Join(t.TempDir(), "usr")
	makeTarget(t, "install", "PREFIX="+prefix, "SYSCONFDIR="+filepath.Join(prefix, "etc"))
	for _, unit := range []string{"payments.service", "payments-updater-master.service", "payments-updater-slave.service"} {
		installed := filepath.Join(prefix, "lib/systemd/system", unit)
		t.Run(unit+"/IsRight", func(t *testing.T) {
			t.Parallel()
			if said := command(t, "systemd-analyze", "verify", "--man=no", installed); said != "" {
				t.Error(said)
			}
		})
		t.Run(unit+"/IsSandboxed", func(t *testing.T) {
			t.Parallel()
			command(t, "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+exposed, installed)
		})
	}
}

// systemd kills what is not gone by then.
func TestUnits_GiveTimeToStop(t *testing.T) {
	t.Parallel()
	const jobs = 20 * time.Second // stopTimeout of the package worker
	for name, needs := range map[string]time.Duration{
		"payments.service":                config.NewLocal().Handover.Stop + jobs,
		"payments-updater-master.service": updater.SettleTimeout,
		"payments-updater-slave.service":  updater.SettleTimeout,
	} {
		unit, err := os.ReadFile(name)
		deploytest.Must(t, err)
		given, err := time.ParseDuration(string(regexp.MustCompile(`(?m)^TimeoutStopSec=(\S+)$`).FindSubmatch(unit)[1]))
		deploytest.Must(t, err)
		if given <= needs {
			t.Errorf("%s: a stop may take %v, and %v are given", name, needs, given)
		}
	}
}

// A master builds and starts releases on its own machine.
func TestUnits_LetAMasterDoWhatASlaveDoes(t *testing.T) {
	t.Parallel()
	var sandboxes []string
	for _, role := range []string{"master", "slave"} {
		unit, err := os.ReadFile("payments-updater-" + role + ".service")
		deploytest.Must(t, err)
		_, service, _ := strings.Cut(string(unit), "\n[Service]\n")
		service = strings.Replace(service, " updater "+role+"\n", " updater\n", 1)
		sandboxes = append(sandboxes, regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(service, ""))
	}
	if diff := cmp.Diff(sandboxes[0], sandboxes[1]); diff != "" {
		t.Errorf("they may do different things (-master +slave):\n%s", diff)
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	makeTarget(t, "install", "DESTDIR="+root, "PREFIX=/opt/payments", "SYSCONFDIR=/etc")
	want := []string{
		"etc/payments/payments.yaml",
		"opt/payments/bin/payments",
		"opt/payments/lib/systemd/system/payments-updater-master.service",
		"opt/payments/lib/systemd/system/payments-updater-slave.service",
		"opt/payments/lib/systemd/system/payments.service",
		"opt/payments/lib/sysusers.d/payments.conf",
		"opt/payments/lib/tmpfiles.d/payments.conf",
	}
	if diff := cmp.Diff(want, files(t, root)); diff != "" {
		t.Errorf("installed are (-want +got):\n%s", diff)
	}

	ours := filepath.Join(root, "etc/payments/payments.yaml")
	if err := os.WriteFile(ours, []byte("mode: dev\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	makeTarget(t, "install", "DESTDIR="+root, "PREFIX=/opt/payments", "SYSCONFDIR=/etc")
	if text, err := os.ReadFile(ours); string(text) != "mode: dev\n" {
		t.Errorf("a second install changed the configuration to %q, %v", text, err)
	}

	makeTarget(t, "uninstall", "DESTDIR="+root, "PREFIX=/opt/payments", "SYSCONFDIR=/etc")
	if diff := cmp.Diff([]string{"etc/payments/payments.yaml"}, files(t, root)); diff != "" {
		t.Errorf("after uninstall there are (-want +got):\n%s", diff)
	}
}

func files(t *testing.T, root string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path[len(root)+1:])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// making: two at once would build over each other's bin/payments.
var making sync.Mutex

func makeTarget(t *testing.T, arguments ...string) {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	command(t, "make", append([]string{"--silent", "--directory=../.."}, arguments...)...)
}

func command(t *testing.T, name string, arguments ...string) (output string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, out)
	}
	return string(out)
}

// needs skips where a program is missing; .ci/run installs it.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: sh scripts/setup.sh systemd", program)
	}
	t.Skipf("needs %s: sh scripts/setup.sh systemd", program)
}
