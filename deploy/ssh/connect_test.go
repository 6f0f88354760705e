// Package ssh tests the helper that opens a shell on a deployed machine. It connects to none.
package ssh

import (
	"os/exec"
	"strings"
	"testing"
)

func connect(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "./connect", args...)
	cmd.Env = append(cmd.Environ(), "PAYMENTS_SSH_CONFIG=config.example")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// ssh -G prints what it would do.
func TestConnect_FindsTheMachineOfAMode(t *testing.T) {
	t.Parallel()
	for mode, host := range map[string]string{"dev": "dev.payments.example.com", "real": "real.payments.example.com"} {
		out, err := connect(t, mode, "-G")
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, want := range []string{"hostname " + host, "user payments", "identitiesonly yes", "identityfile ~/.ssh/payments-" + mode} {
			if !strings.Contains(out, want+"\n") {
				t.Errorf("%s: %q is not in %s", mode, want, out)
			}
		}
	}
}

func TestConnect_RefusesAnotherMode(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"local"}, {"-oProxyCommand=false"}} {
		if out, err := connect(t, args...); err == nil || !strings.HasPrefix(out, "usage: ") {
			t.Errorf("connect %q: %v: %s", args, err, out)
		}
	}
}
