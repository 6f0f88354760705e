package wire

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const encryptionPage = "../../docs/encryption.md"

// program is a client in another language, from docs/encryption.md.
type program struct {
	directory string
	build     []string // what has to be run before it, if anything
	run       []string
}

// TestPrograms runs the programs of docs/encryption.md as they stand there: each
// has to send what the vectors say, to understand it, and to fail when refused.
func TestPrograms(t *testing.T) {
	t.Parallel()
	for language, c := range map[string]struct {
		file       string
		needs      [][]string // they succeed where the program can run
		build, run []string
	}{
		"sh":     {"payments.sh", [][]string{{"curl", "--version"}, {"openssl", "version"}}, nil, []string{"sh", "payments.sh"}},
		"python": {"payments.py", [][]string{{"python3", "-c", "import cryptography"}}, nil, []string{"python3", "payments.py"}},
		"java":   {"Payments.java", [][]string{{"javac", "-version"}}, []string{"javac", "Payments.java"}, []string{"java", "Payments"}},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			for _, command := range c.needs {
				need(t, command)
			}
			p := program{t.TempDir(), c.build, c.run}
			p.prepare(t, c.file, block(t, language, c.file))
			for _, v := range mustReadVectors(t) {
				p.exchanges(t, v)
			}
			p.failsWhenRefused(t)
		})
	}
}

func (p program) prepare(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.directory, file), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if p.build == nil {
		return
	}
	cmd := exec.CommandContext(t.Context(), p.build[0], p.build[1:]...)
	cmd.Dir = p.directory
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", p.build, err, out)
	}
}

// exchanges lets the program send a vector's text to a server that answers the same.
func (p program) exchanges(t *testing.T, v vector) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		kind := r.Header.Get("Content-Type")
		if err != nil || string(body) != v.Sealed || r.Method != http.MethodPatch || r.URL.Path != "/payments/x" || kind != "text/plain" {
			t.Errorf("%s: sent %s %s %s %q, %v, want %q", v.Name, r.Method, r.URL.Path, kind, body, err, v.Sealed)
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, v.Sealed)
	}))
	defer server.Close()
	if out, err := p.call(t.Context(), server.URL, v); err != nil || out != v.Plain {
		t.Errorf("%s: printed %q, %v, want %q", v.Name, out, err, v.Plain)
	}
}

func (p program) failsWhenRefused(t *testing.T) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"code":"wrong_password"}`)
	}))
	defer server.Close()
	out, err := p.call(t.Context(), server.URL, vector{Key: localKey, IV: localIV, Plain: "{}"})
	if err == nil || !strings.Contains(out, "wrong_password") {
		t.Errorf("a refusal: printed %q, %v", out, err)
	}
}

// call returns what the program prints, and what it complains of when it fails.
func (p program) call(ctx context.Context, url string, v vector) (string, error) {
	cmd := exec.CommandContext(ctx, p.run[0], append(p.run[1:len(p.run):len(p.run)], http.MethodPatch, "/payments/x")...)
	cmd.Dir, cmd.Stdin = p.directory, strings.NewReader(v.Plain)
	cmd.Env = append(os.Environ(), "PAYMENTS_URL="+url, "API_ENCRYPTION_KEY="+v.Key, "API_ENCRYPTION_IV="+v.IV)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	return out.String() + complaints.String(), err
}

// TestVectors_OnThePageAreThoseOfTheFile, lest the page lead anybody astray.
func TestVectors_OnThePageAreThoseOfTheFile(t *testing.T) {
	t.Parallel()
	rows := regexp.MustCompile("(?m)^\\| (?:`(\\{.*)`|nothing) \\| `(.*)` \\|$").FindAllStringSubmatch(readPage(t), -1)
	if len(rows) < 3 {
		t.Fatalf("found %d vectors on the page", len(rows))
	}
	codec := mustCodec(t, localKey, localIV)
	for _, row := range rows {
		if got := string(codec.Seal(nil, []byte(row[1]))); got != row[2] {
			t.Errorf("%s is %s, the page says %s", row[1], got, row[2])
		}
	}
}

// block is the program in a language on the page, which begins with its name.
func block(t *testing.T, language, file string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)```" + language + "\n((?:#|//) " + regexp.QuoteMeta(file) + ".*?)```").FindStringSubmatch(readPage(t))
	if found == nil {
		t.Fatalf("%s has no %s in %s", encryptionPage, file, language)
	}
	return found[1]
}

func readPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(encryptionPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// need skips the test where a command fails, except in CI.
func need(t *testing.T, command []string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%v: %v: %s; CI must not skip this, see scripts/setup.sh languages", command, err, out)
	default:
		t.Skipf("%v: %v; run `sh scripts/setup.sh languages`", command, err)
	}
}
