package deploytest

import (
	"testing"
	"time"
)

// Patience bounds every wait. On an idle machine a whole test takes some seconds; others may be at work beside it.
const Patience = 3 * time.Minute

// WaitUntil waits for a condition; what says which in the words of "waited in vain until".
func WaitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(Patience)
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
		<-ticker.C
	}
}

// Must ends the test at an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
