package systemd_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/samchon/payments-server/deploy/deploytest"
	"github.com/samchon/payments-server/supervisor"
	"github.com/samchon/payments-server/updater"
	"github.com/samchon/payments-server/updater/release"
)

// TestUpdaters updates a booted machine by the master's unit and by the slave's, each in its sandbox, with the real git,
// make and Go, under load.
func TestUpdaters(t *testing.T) {
	t.Parallel()
	needsRoot(t)
	around := deploytest.New(t)
	port := deploytest.FreePort(t)
	m := boot(t, around, disk{
		files: map[string]string{
			"etc/payments/payments.yaml": around.YAML() +
				fmt.Sprintf("updater: {remote: %s, host: 127.0.0.1, port: %d, gate: 1s, min_free: 100}\n", remote, port),
			"etc/systemd/system/payments-updater-master.service.d/caches.conf": caches,
			"etc/systemd/system/payments-updater-slave.service.d/caches.conf":  caches,
		},
		remote: remote,
		// They start with all that this machine has compiled and downloaded, and find its Go where the units look for one.
		shared: map[string]string{buildCache: goEnv(t, "GOCACHE"), moduleCache: goEnv(t, "GOMODCACHE"), "/usr/local/go": goEnv(t, "GOROOT")},
	})
	// The build cache has one level of folders.
	m.run(t, "find", buildCache, "-maxdepth", "1", "-type", "d", "-exec", "chmod", "777", "{}", "+")
	m.deploy(t, strings.TrimSpace(command(t, "git", "rev-parse", "HEAD")))
	master := &updater.Client{URL: fmt.Sprintf("http://127.0.0.1:%d", port), Password: around.Credentials["SYSTEM_PASSWORD"], HTTP: http.DefaultClient}
	failed := payWithoutPause(t, around)

	t.Run("TheMastersUnitUpdatesItsOwnMachine", func(t *testing.T) {
		m.run(t, "systemctl", "start", "payments-updater-master")
		m.updated(t, around, master)
	})
	t.Run("TheSlavesUnitTakesItsPlaceAndObeysAMasterElsewhere", func(t *testing.T) {
		m.run(t, "systemctl", "start", "payments-updater-slave")
		if state, _ := m.try("systemctl", "is-active", "payments-updater-master"); state != "inactive" {
			t.Errorf("beside the slave, the master is %s", state)
		}
		m.run(t, "systemd-run", "--unit=elsewhere", "--property=User=payments", "--property=StateDirectory=elsewhere",
			"--property=LoadCredential=payments:/etc/payments/credentials", "--setenv=PAYMENTS_HOME=/var/lib/elsewhere",
			"payments", "--config", "/etc/payments/payments.yaml", "updater", "master", "--alone")
		m.updated(t, around, master)
	})

	if err := failed(); err != nil {
		t.Error(err)
	}
	if n := m.run(t, "systemctl", "show", "-P", "NRestarts", "payments"); n != "0" {
		t.Errorf("updates restarted the server %s times", n)
	}
	m.run(t, "systemctl", "stop", "payments-updater-slave", "elsewhere", "payments")
	// The supervisor was replaced along with its release: systemd had not started the one that it stops.
	if log := m.run(t, "journalctl", "--no-pager", "--unit=payments"); strings.Contains(log, "SIGKILL") {
		t.Errorf("a stop does not wait for a supervisor that another one has started: %s", log)
	}
	m.waitUntilEmpty(t)
}

// Where things are in the container; remote is the repository that is deployed from.
const (
	remote      = "/srv/payments.git"
	buildCache  = "/srv/go/build"
	moduleCache = "/srv/go/mod"

	caches = "[Service]\nEnvironment=GOPROXY=off GOCACHE=" + buildCache + " GOMODCACHE=" + moduleCache + "\nReadWritePaths=" + buildCache + "\n"
)

func goEnv(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(command(t, "go", "env", name))
}

// deploy moves the branch that real mode deploys.
func (m *machine) deploy(t *testing.T, commit string) {
	t.Helper()
	m.git(t, "update-ref", "refs/heads/master", commit)
	m.run(t, "chown", "-R", "payments", remote) // git serves nobody out of another's repository
}

func (m *machine) git(t *testing.T, arguments ...string) (output string) {
	t.Helper()
	as := []string{"git", "-C", remote, "-c", "safe.directory=*", "-c", "user.name=Ann", "-c", "user.email=ann@example.com"}
	return m.run(t, append(as, arguments...)...)
}

// updated commits, updates to that, and sees that it is served.
func (m *machine) updated(t *testing.T, around *deploytest.Surroundings, master *updater.Client) {
	t.Helper()
	commit := m.git(t, "commit-tree", "-p", "master", "-m", t.Name(), "master^{tree}")
	m.deploy(t, commit)
	deploytest.WaitUntil(t, "the machine is connected", func() bool {
		fleet, err := master.Fleet(t.Context())
		return err == nil && len(fleet.Machines) == 1
	})
	m.payments(t, "update", "real")
	census, err := supervisor.Status(t.Context(), fmt.Sprintf("127.0.0.1:%d", around.Admin))
	deploytest.Must(t, err)
	if last := census.Generations[len(census.Generations)-1]; last.Commit != release.Short(commit) {
		t.Errorf("it serves %s, and was updated to %s", last.Commit, commit)
	}
}
