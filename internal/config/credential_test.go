package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A platform that hands secrets over as files needs no variable for any of them.
func TestCredentials_AreAllThatADeploymentNeedsOfSecrets(t *testing.T) {
	t.Parallel()
	for name, prefix := range map[string]string{"AsFiles": "", "AsSystemdCallsThoseOfADirectory": "payments_"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, key := range keys(t) {
				name, value, _ := strings.Cut(key, "=")
				mustWrite(t, filepath.Join(dir, prefix+name), value+"\n")
			}
			mustWrite(t, filepath.Join(dir, prefix+"DATABASE_URL"), "postgres://w:p@db/payments")
			mustWrite(t, filepath.Join(dir, prefix+"TOSS_PAYMENTS_SECRET"), "live_sk")
			c, err := Load(Sources{Getenv: env("MODE=real", "PAYMENTS_HOME="+t.TempDir(), "CREDENTIALS_DIRECTORY="+dir)})
			if err != nil {
				t.Fatal(err)
			}
			if c.Database.URL != "postgres://w:p@db/payments" || c.Vendors.Toss.Stores[DefaultStore].SecretKey != "live_sk" {
				t.Error("the configuration has other secrets than the files")
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()

	t.Run("GiveWayToAVariable", func(t *testing.T) {
		t.Parallel()
		c := load(t, "SYSTEM_PASSWORD", "from the file", "SYSTEM_PASSWORD=from the variable")
		if c.SystemPassword != "from the variable" {
			t.Error("the file won over the variable")
		}
	})

	t.Run("HoldSeveralSecretsALineEach", func(t *testing.T) {
		t.Parallel()
		first, second := "whsec_"+randomBase64(32), "whsec_"+randomBase64(32)
		c := load(t, "WEBHOOK_SIGNING_SECRETS", first+"\n"+second+"\n")
		if got := c.Webhooks.SigningSecrets; len(got) != 2 || string(got[1]) != second {
			t.Errorf("got %d secrets, want both", len(got))
		}
	})

	t.Run("AreSecretsOnly", func(t *testing.T) {
		t.Parallel()
		if c := load(t, "API_PORT", "1"); c.API.Port == 1 {
			t.Error("a credential has set a port")
		}
	})

	t.Run("ThatCannotBeReadStopTheStart", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "SYSTEM_PASSWORD"), 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := Load(Sources{Getenv: env("PAYMENTS_HOME="+t.TempDir(), "CREDENTIALS_DIRECTORY="+dir)})
		if err == nil || !strings.Contains(err.Error(), "system_password (SYSTEM_PASSWORD): read") {
			t.Errorf("got %v", err)
		}
	})
}

func TestKeygenFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := KeygenFiles(dir); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "DB_HISTORY_ENCRYPTION_KEY"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "DB_HISTORY_ENCRYPTION_KEY"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("a key has the mode %v, %v", info.Mode(), err)
	}
	if err := KeygenFiles(dir); err == nil {
		t.Error("a second run says nothing of the keys that are there")
	}
	after, err := os.ReadFile(filepath.Join(dir, "DB_HISTORY_ENCRYPTION_KEY"))
	if err != nil || string(after) != string(before) {
		t.Errorf("a second run replaced a key: %v", err)
	}
}

// load reads a configuration of local mode with one credential.
func load(t *testing.T, name, content string, variables ...string) *Config {
	t.Helper()
	dir := t.TempDir()
	mustWrite(t, filepath.Join(dir, name), content)
	c, err := Load(Sources{Getenv: env(append(variables, "PAYMENTS_HOME="+t.TempDir(), "CREDENTIALS_DIRECTORY="+dir)...)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
