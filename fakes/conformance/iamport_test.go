package conformance

import (
	"testing"

	"github.com/samchon/payments-server/fakes/iamport"
)

func TestIamport(t *testing.T) {
	t.Parallel()
	fake := iamport.New(iamport.Options{})
	if err := fake.Listen(""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fake.Close() })
	runSuite(t, "iamport.test.mjs", "IAMPORT_URL="+fake.URL())
}
