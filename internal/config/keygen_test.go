package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// What keygen prints, a database and one vendor's credentials are a deployment.
func TestKeygen_IsAllThatADeploymentNeedsOfKeys(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"MODE=dev", "MODE=real"} {
		c, err := Load(Sources{Getenv: env(append(keys(t), mode, "PAYMENTS_HOME="+t.TempDir(), "DATABASE_URL=postgres://db.internal/payments", "TOSS_PAYMENTS_SECRET=live_sk")...)})
		if err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		if c.Vendors.Toss.BaseURL != "https://api.tosspayments.com" || len(c.Vendors.Iamport.Stores) != 0 {
			t.Errorf("%s: the vendors are %+v", mode, c.Vendors)
		}
	}
}

func TestKeygen_EveryKeyIsNeeded(t *testing.T) {
	t.Parallel()
	all := keys(t)
	for i, key := range all {
		rest := append(append([]string{"MODE=real"}, all[:i]...), all[i+1:]...)
		_, err := Load(Sources{Getenv: env(rest...)})
		name, _, _ := strings.Cut(key, "=")
		if err == nil || !strings.Contains(err.Error(), "("+name+"): missing") {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestKeygen_NeverRepeatsItself(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, key := range append(keys(t), keys(t)...) {
		_, value, _ := strings.Cut(key, "=")
		if seen[value] {
			t.Errorf("%s appears twice", value)
		}
		seen[value] = true
	}
}

func TestKeygen_TellsThatItCouldNotWrite(t *testing.T) {
	t.Parallel()
	if err := Keygen(full{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func keys(t *testing.T) []string {
	t.Helper()
	var out bytes.Buffer
	if err := Keygen(&out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}
