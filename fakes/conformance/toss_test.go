package conformance

import (
	"testing"

	"github.com/samchon/payments-server/fakes/toss"
)

func TestToss(t *testing.T) {
	t.Parallel()
	runSuite(t, "toss.test.mjs", "TOSS_URL="+startToss(t).URL())
}

func TestTossCheckout(t *testing.T) {
	t.Parallel()
	chromium := needChromium(t)
	runSuite(t, "toss.checkout.test.mjs", "TOSS_URL="+startToss(t).URL(), "CHROMIUM="+chromium)
}

func startToss(t *testing.T) *toss.Server {
	t.Helper()
	fake := toss.New(toss.Options{})
	if err := fake.Listen(""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fake.Close() })
	return fake
}
