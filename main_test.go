package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/internal/porttest"
)

var update = flag.Bool("update", false, "write testdata anew")

// binary is the program under test, for tests that need it as a process.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "4") // the tests wait for other processes half of the time
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "payments-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	_ = os.Unsetenv("COLUMNS") // help would fit the terminal of whoever runs the tests
	binary = filepath.Join(dir, "payments")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v: %s", err, out)
		return 1
	}
	return m.Run()
}

// invoke runs a command inside the test.
func invoke(t *testing.T, env map[string]string, args ...string) (stdout string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), args, func(name string) string { return env[name] }, &out, &errs)
	if errs.Len() > 0 {
		t.Errorf("%v wrote %q to stderr", args, errs.String())
	}
	return out.String(), err
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "start", "stop", "status", "reload", "upgrade", "monitor", "fakes", "schema", "keygen", "keys rotate", "updater master", "updater slave", "updater stop", "update", "rollouts", "freeze", "unfreeze", "reset", "webhooks list", "webhooks redeliver", "config check", "version"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			got, err := invoke(t, nil, append(strings.Fields(command), "--help")...)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "help", strings.ReplaceAll(strings.TrimSpace("payments "+command), " ", "-")+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("help changed; if so it shall be, run go test . -update\n%s", diff)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()

	t.Run("WithoutArgumentsIsHelp", func(t *testing.T) {
		t.Parallel()
		bare, err := invoke(t, nil)
		if err != nil {
			t.Fatal(err)
		}
		if help, _ := invoke(t, nil, "--help"); bare != help {
			t.Errorf("without arguments it prints %q", bare)
		}
	})

	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"SuggestsACommand": {[]string{"strat"}, `did you mean "start"?`},
		"NamesAWrongFlag":  {[]string{"start", "--demon"}, "--demon"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := invoke(t, nil, test.args...)
			if usage := new(kong.ParseError); !errors.As(err, &usage) {
				t.Fatalf("error is %v, want a usage error", err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %q, want %q in it", err, test.want)
			}
		})
	}
}

func TestFakes_SayWhichPortIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	env := map[string]string{"FAKE_IAMPORT_PORT": porttest.Free(t), "FAKE_TOSS_PORT": port}
	_, err = invoke(t, env, "fakes")
	if err == nil || !strings.Contains(err.Error(), port) || !strings.Contains(err.Error(), "FAKE_TOSS_PORT") {
		t.Errorf("got %v", err)
	}
}

func TestKeygen_MakesARealConfigurationComplete(t *testing.T) {
	t.Parallel()
	keys, err := invoke(t, nil, "keygen")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"MODE": "real", "PAYMENTS_HOME": t.TempDir(), "DATABASE_URL": "postgres://db/payments",
		"TOSS_PAYMENTS_SECRET": "live_sk_ours",
	}
	for line := range strings.Lines(keys) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		env[name] = value
	}
	effective, err := invoke(t, env, "config", "check")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range env {
		if strings.HasSuffix(name, "_KEY") && strings.Contains(effective, value) {
			t.Errorf("config check shows the content of %s", name)
		}
	}
}

func TestStart_RefusesPublishedKeysInRealMode(t *testing.T) {
	t.Parallel()
	published := config.NewLocal()
	_, err := invoke(t, map[string]string{
		"MODE": "real", "PAYMENTS_HOME": t.TempDir(), "API_ENCRYPTION_KEY": string(published.API.EncryptionKey),
	}, "start")
	if wrong := new(config.Error); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "API_ENCRYPTION_KEY): is a published one") {
		t.Errorf("start says %v, want that the API key is a published one", err)
	}
}

func TestVersion_TellsCommitTimeAndGo(t *testing.T) {
	t.Parallel()
	got, err := invoke(t, nil, "version")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"commit  ", "built   ", "go      go1."} {
		if !strings.Contains(got, want) {
			t.Errorf("version prints %q, want %q in it", got, want)
		}
	}
}
