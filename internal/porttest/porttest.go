// Package porttest gives tests ports for servers that cannot choose one themselves. It does not keep the port: who gets
// it has to listen there.
package porttest

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Ports below those that Linux gives to whoever does not mind which (ip_local_port_range begins at 32768): else another
// test's listener, or a client, may have it before its server does.
const (
	first = 20000
	last  = 32767
)

// Free returns a TCP port of 127.0.0.1 that nobody uses. No other caller, in whatever process, gets it before the test
// is over: the UDP port of the same number, which nothing here uses, is taken to tell them.
func Free(t testing.TB) string {
	t.Helper()
	port := first + rand.IntN(last-first)
	for range last - first {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if claim, err := net.ListenPacket("udp", address); err == nil {
			if free(address) {
				t.Cleanup(func() { claim.Close() })
				return strconv.Itoa(port)
			}
			claim.Close()
		}
		if port++; port > last {
			port = first
		}
	}
	t.Fatalf("no port between %d and %d is free", first, last)
	return ""
}

func free(address string) bool {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	l.Close()
	return true
}
