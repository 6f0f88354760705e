package config

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files and docs/configuration.md")

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for _, p := range pairs {
			if n, value, _ := strings.Cut(p, "="); n == name {
				return value
			}
		}
		return ""
	}
}

// golden compares with a file in testdata, or writes it when -update is given.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what came out (-file +now; go test -update rewrites it):\n%s", file, diff)
	}
}

// eachFile runs a subtest for every file in testdata that matches the pattern.
func eachFile(t *testing.T, pattern string, test func(t *testing.T, file string)) {
	t.Helper()
	files, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no file matches %s: %v", pattern, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			test(t, file)
		})
	}
}

func TestLoad_PrintsWhatItRead(t *testing.T) {
	t.Parallel()
	eachFile(t, "*.good.yml", func(t *testing.T, file string) {
		c, err := Load(Sources{File: file, Getenv: env("PAYMENTS_HOME=/home")})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := c.Print(&out); err != nil {
			t.Fatal(err)
		}
		golden(t, strings.TrimSuffix(file, "yml")+"txt", out.String())
	})
}

func TestLoad_NamesEverythingWrong(t *testing.T) {
	t.Parallel()
	eachFile(t, "*.bad.yml", func(t *testing.T, file string) {
		_, err := Load(Sources{File: file, Getenv: env()})
		if wrong := (*Error)(nil); !errors.As(err, &wrong) {
			t.Fatalf("got %v, want a *Error", err)
		}
		golden(t, strings.TrimSuffix(file, "yml")+"txt", err.Error()+"\n")
	})
}

func TestLoad_FindsTheFileInTheHome(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	mustWrite(t, filepath.Join(home, "payments.yaml"), "workers: 7\n")
	c, err := Load(Sources{Getenv: env("PAYMENTS_HOME=" + home)})
	if err != nil {
		t.Fatal(err)
	}
	if c.Workers != 7 || c.File != filepath.Join(home, "payments.yaml") {
		t.Errorf("got %d workers from %q", c.Workers, c.File)
	}
}

func TestLoad_RefusesAMissingFileThatWasAskedFor(t *testing.T) {
	t.Parallel()
	if _, err := Load(Sources{File: "no-such-file", Getenv: env()}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the file does not exist", err)
	}
}

func TestLoad_EnvironmentWinsOverTheFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "payments.yaml")
	mustWrite(t, file, "api: {port: 1111, encryption_key: 0123456789abcdef}\nadmin: {port: 2222}\n")
	c, err := Load(Sources{File: file, Getenv: env("API_PORT=3333", "ADMIN_PORT=",
		"DB_WEBHOOK_ENCRYPTION_KEY=fedcba9876543210", "IAMPORT_KEY=ik", "IAMPORT_SECRET=is", "TOSS_PAYMENTS_SECRET=ts",
		"WEBHOOK_SIGNING_SECRETS=whsec_bmV3IHNlY3JldCwgMjQgYnl0ZXMgb2Yu whsec_b2xkIHNlY3JldCwgMjQgYnl0ZXMgb2Yu", "DB_WEBHOOK_ENCRYPTION_IV=0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.API.Port, string(c.API.EncryptionKey), c.Admin.Port, string(c.AtRest.Webhook.Key), string(c.Vendors.Iamport.Stores["default"].Key), string(c.Vendors.Toss.Stores["default"].SecretKey), len(c.Webhooks.SigningSecrets)}
	want := []any{3333, "0123456789abcdef", 2222, "fedcba9876543210", "ik", "ts", 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoad_NamesTheVariableThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, set, want string }{
		{"NotANumber", "API_PORT=http", `api.port (API_PORT): must be a whole number, not "http"`},
		{"OutOfRange", "UPDATER_PORT=70000", "updater.port (UPDATER_PORT): must be a port from 1 to 65535, not 70000"},
		{"Clash", "ADMIN_PORT=37821", "admin.port (ADMIN_PORT): is 37821, as is api.port; set another port"},
		{"KeyLength", "DB_CANCEL_HISTORY_ENCRYPTION_KEY=my-secret", "at_rest.cancel_history.key (DB_CANCEL_HISTORY_ENCRYPTION_KEY): must be 16, 24 or 32 bytes long, as AES keys are"},
		{"KeyWithoutIV", "DB_HISTORY_ENCRYPTION_KEY=0123456789abcdef", "at_rest.history.iv (DB_HISTORY_ENCRYPTION_IV): missing; set your own (payments keygen prints a complete set)"},
		{"Mode", "MODE=LOCAL", "mode (MODE): must be one of local, dev, real, not LOCAL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(Sources{Getenv: env("PAYMENTS_HOME="+t.TempDir(), tc.set)})
			if wrong := (*Error)(nil); !errors.As(err, &wrong) || !slices.Contains(wrong.Problems, tc.want) {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "my-secret") {
				t.Error("the error repeats a secret")
			}
		})
	}
}

func TestLoad_ReadsSecretsFromFilesBesideTheConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "payments.yaml")
	mustWrite(t, filepath.Join(dir, "toss.key"), "live_sk_1\n")
	mustWrite(t, filepath.Join(dir, "imp.secret"), " spaces are kept ")
	mustWrite(t, file, "vendors:\n  toss: {stores: {a: {secret_key_file: toss.key}}}\n"+
		"  iamport: {stores: {a: {imp_key: k, imp_secret_file: '"+filepath.Join(dir, "imp.secret")+"'}}}\n")
	c, err := Load(Sources{File: file, Getenv: env()})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(c.Vendors.Toss.Stores["a"].SecretKey); got != "live_sk_1" {
		t.Errorf("got secret_key %q", got)
	}
	if got := string(c.Vendors.Iamport.Stores["a"].Secret); got != " spaces are kept " {
		t.Errorf("got imp_secret %q", got)
	}
}

func TestLoad_FindsTheUpdatersFilesBesideTheConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "payments.yaml")
	mustWrite(t, file, "updater: {allowed_signers: signers, tls_cert: cert.pem, tls_key: key.pem, tls_ca: '"+filepath.Join(dir, "ca.pem")+"'}\n")
	c, err := Load(Sources{File: file, Getenv: env()})
	if err != nil {
		t.Fatal(err) // a worker does without
	}
	u, names := c.Updater, []string{"signers", "cert.pem", "key.pem", "ca.pem"}
	for i, got := range []string{u.AllowedSigners, u.TLSCert, u.TLSKey, u.TLSCA} {
		if want := filepath.Join(dir, names[i]); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	wrong := (*Error)(nil)
	if err := c.CheckFiles(); !errors.As(err, &wrong) || len(wrong.Problems) != 2 || // the certificate is the master's
		!strings.HasPrefix(wrong.Problems[0], "updater.allowed_signers (UPDATER_ALLOWED_SIGNERS): ") {
		t.Errorf("without the files it says %v", err)
	}
	for _, name := range []string{"signers", "ca.pem"} {
		mustWrite(t, filepath.Join(dir, name), "")
	}
	if err := c.CheckFiles(); err != nil {
		t.Error(err)
	}
}

func mustWrite(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
