package api_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/samchon/payments-server/api/paymentstest"
)

// TestReceiptFromNode runs CONTRIBUTING.md's receipt.mjs with the packed SDK.
func TestReceiptFromNode(t *testing.T) {
	t.Parallel()
	node := exec.CommandContext(t.Context(), "node", "../bin/receipt.mjs")
	node.Env = append(os.Environ(), "PAYMENTS_URL="+paymentstest.Open(t).URL)
	if out, err := node.CombinedOutput(); err == nil || !strings.Contains(string(out), "501 not_implemented") {
		t.Errorf("the TypeScript SDK says %v: %s", err, out)
	}
}
