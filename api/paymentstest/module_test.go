package paymentstest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpen_InAnotherModule shows that internal packages, the private PostgreSQL
// and its host are in nobody's way: the test binary is another module's.
func TestOpen_InAnotherModule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ours, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	write("order_test.go", read("testdata/shop/order_test.go"))
	write("go.sum", read(filepath.Join(ours, "go.sum")))
	// Our own requirements, so that nothing is left to be looked up.
	theirs := strings.Replace(string(read(filepath.Join(ours, "go.mod"))), "module github.com/samchon/payments-server", "module example.test/shop", 1)
	write("go.mod", []byte(theirs+`
require github.com/samchon/payments-server v0.0.0
replace github.com/samchon/payments-server => `+ours+"\n"))

	test := exec.CommandContext(t.Context(), "go", "test", "-v", "./...")
	test.Dir = dir
	test.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := test.CombinedOutput()
	if strings.Contains(string(out), "--- SKIP") {
		t.Skipf("the module has no PostgreSQL to test with:\n%s", out)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: TestUnpaidOrder") {
		t.Errorf("%v\n%s", err, out)
	}
}
