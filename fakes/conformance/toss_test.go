package conformance

import (
	"testing"

	"github.com/samchon/payments-server/fakes/toss"
)

func TestToss(t *testing.T) {
	t.Parallel()
	fake := toss.New(toss.Options{})
	if err := fake.Listen(""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fake.Close() })
	runSuite(t, "toss.test.mjs", "TOSS_URL="+fake.URL())
}
