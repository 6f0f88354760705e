package conformance

import (
	"testing"

	"github.com/samchon/payments-server/fakes/iamport"
)

func TestIamport(t *testing.T) {
	t.Parallel()
	runSuite(t, "iamport.test.mjs", "IAMPORT_URL="+startIamport(t).URL())
}

func TestIamportCheckout(t *testing.T) {
	t.Parallel()
	chromium := needChromium(t)
	runSuite(t, "iamport.checkout.test.mjs", "IAMPORT_URL="+startIamport(t).URL(), "CHROMIUM="+chromium)
}

func startIamport(t *testing.T) *iamport.Server {
	t.Helper()
	fake := iamport.New(iamport.Options{})
	if err := fake.Listen(""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fake.Close() })
	return fake
}
