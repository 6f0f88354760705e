package test

import (
	"bufio"
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/samchon/payments-server/internal/config"
)

// loaded is the configuration that a container comes up with.
type loaded struct{ config *config.Config }

// loadConfig reads the configuration as a container would: by its arguments, its variables, and the files mounted into
// it. A variable or a credential that the server does not ask for fails the test.
func loadConfig(t *testing.T, args []string, env map[string]string, files map[string][]byte) loaded {
	t.Helper()
	root, credentials := t.TempDir(), env["CREDENTIALS_DIRECTORY"]
	for name, content := range files {
		must(t, os.MkdirAll(filepath.Join(root, path.Dir(name)), 0o700))
		must(t, os.WriteFile(filepath.Join(root, name), content, 0o600))
	}
	asked := map[string]bool{}
	getenv := func(name string) string {
		asked[name] = true
		if name == "CREDENTIALS_DIRECTORY" && credentials != "" {
			return filepath.Join(root, credentials)
		}
		return env[name]
	}
	c, err := config.Load(config.Sources{File: configFile(t, root, args), Getenv: getenv})
	must(t, err)
	getenv("PAYMENTS_HOME") // with a file, it is not asked for
	getenv("GOGC")          // by Go's runtime
	for name := range env {
		if !asked[name] {
			t.Errorf("nobody asks for the variable %s", name)
		}
	}
	for name := range files {
		if credentials != "" && path.Dir(name) == credentials && !asked[path.Base(name)] {
			t.Errorf("nobody asks for the credential %s", name)
		}
	}
	return loaded{config: c}
}

func configFile(t *testing.T, root string, args []string) string {
	t.Helper()
	i := slices.Index(args, "--config")
	if i < 0 {
		return ""
	}
	return filepath.Join(root, args[i+1])
}

// operatorsSecret is what an operator makes before anything is applied, as docs/deploy.md says.
func operatorsSecret(t *testing.T, name string) map[string][]byte {
	t.Helper()
	if name == "payments-admin" {
		return map[string][]byte{"DATABASE_ADMIN_URL": []byte("postgres://postgres:secret@db/postgres")}
	}
	if name != "payments-credentials" {
		t.Fatalf("nobody makes the secret %s", name)
	}
	made := map[string][]byte{"DATABASE_URL": []byte("postgres://payments:secret@db/payments"), "TOSS_PAYMENTS_SECRET": []byte("live_sk")}
	var keys strings.Builder
	must(t, config.Keygen(&keys))
	for line := range strings.Lines(keys.String()) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		made[key] = []byte(value)
	}
	return made
}

func newReader(text []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(text)) }

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	return string(text)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
