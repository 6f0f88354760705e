// Package typescript holds the TypeScript SDK. It is tested as its users get it:
// packed, installed into a project of its own, and called as a module, as CommonJS
// and by the compiler, against a running server.
package typescript

//go:generate go run ./generate ../openapi.json src/generated

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/samchon/payments-server/api/money"
	"github.com/samchon/payments-server/api/paymentstest"
	"github.com/samchon/payments-server/api/toss"
)

func TestPackage(t *testing.T) {
	t.Parallel()
	project := newProject(t)
	t.Run("Runs", func(t *testing.T) {
		t.Parallel()
		vectors, err := filepath.Abs("../wire/testdata/vectors.json")
		if err != nil {
			t.Fatal(err)
		}
		project.run(t, []string{"LIVE=" + live(t), "VECTORS=" + vectors}, "node", "--test")
	})
	t.Run("Compiles", func(t *testing.T) {
		t.Parallel()
		project.run(t, nil, "node_modules/.bin/tsc", "--strict", "--noEmit", "--module", "node16", "--target", "es2022",
			"types/modules.mts", "types/commonjs.cts")
	})
}

// project is a directory of a user's, into which the package is installed.
type project struct{ directory string }

func newProject(t *testing.T) project {
	t.Helper()
	needNode(t)
	p := project{t.TempDir()}
	if err := os.CopyFS(p.directory, os.DirFS("test")); err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	archive := run(t, here, nil, "sh", "../../scripts/package-api.sh", p.directory)
	p.run(t, nil, "npm", "install", "--offline", "--no-audit", "--no-fund", strings.TrimSpace(archive))
	// The compiler and Node's types are those that the package was built with.
	for _, tool := range []string{"typescript", "@types", ".bin", "undici-types"} {
		if err := os.Symlink(filepath.Join(here, "node_modules", tool), filepath.Join(p.directory, "node_modules", tool)); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p project) run(t *testing.T, variables []string, command string, arguments ...string) {
	t.Helper()
	t.Logf("%s", run(t, p.directory, variables, command, arguments...))
}

// run returns what a command writes to standard output.
func run(t *testing.T, directory string, variables []string, command string, arguments ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), command, arguments...)
	c.Dir, c.Env = directory, append(os.Environ(), variables...)
	var complaints strings.Builder
	c.Stderr = &complaints
	output, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", c, err, output, &complaints)
	}
	return string(output)
}

func needNode(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("npm")
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatal("node and npm are missing, and CI must not skip this")
	default:
		t.Skip("install node (20.3 or later) and npm to try the TypeScript SDK")
	}
}

// live tells test/live.test.mjs of a running server, of a payment that a customer
// has left to be approved, and of a card that one has registered.
func live(t *testing.T) string {
	t.Helper()
	s := paymentstest.Open(t)
	order, customer, unapproved := uuid.NewString(), uuid.NewString(), false
	payment, err := s.Toss.KeyIn(t.Context(), toss.CardPayment{
		CardNumber: "1111222233334444", CardExpirationYear: "30", CardExpirationMonth: "12",
		OrderID: order, Amount: money.New(20_000), Approved: &unapproved,
	})
	if err != nil {
		t.Fatal(err)
	}
	card, err := s.Toss.StoreBilling(t.Context(), toss.BillingCard{
		CustomerKey: customer, CardNumber: "1111222233334444", CardExpirationYear: "30", CardExpirationMonth: "12",
		CardPassword: "99", CustomerBirthday: "880311",
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{
		"host": s.URL, "encryption": map[string]string{"key": s.EncryptionKey, "iv": s.EncryptionIV}, "secret": s.SigningSecret,
		"paid": map[string]any{"order": order, "uid": payment.PaymentKey, "price": 20_000},
		"card": map[string]any{"customer": customer, "uid": card.BillingKey},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
