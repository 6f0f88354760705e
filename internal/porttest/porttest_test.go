package porttest_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/samchon/payments-server/internal/porttest"
)

func TestFree(t *testing.T) {
	t.Parallel()
	t.Run("IsGivenToNobodyElse", func(t *testing.T) {
		t.Parallel()
		given := map[string]bool{}
		for range 500 {
			port := porttest.Free(t)
			if n, err := strconv.Atoi(port); given[port] || err != nil || n >= 32768 {
				t.Fatalf("port %s, after %d others", port, len(given))
			}
			given[port] = true
		}
	})
	t.Run("CanBeListenedOn", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:"+porttest.Free(t))
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
	})
}
