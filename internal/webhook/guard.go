package webhook

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// guard refuses to connect to addresses inside a network: services name the URLs
// that we call, and one might name our database, or the cloud's metadata. It is
// asked with the address about to be dialed, after the name was resolved, so a
// name that changes between two look-ups gains nothing.
type guard struct{ allowed []netip.Prefix }

// control is a net.Dialer's ControlContext.
func (g guard) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	dialed, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %s: %w", address, err)
	}
	addr := dialed.Addr().Unmap().WithZone("")
	if isPublic(addr) || contains(g.allowed, addr) {
		return nil
	}
	return fmt.Errorf("address %s is neither public nor allowed", addr)
}

func isPublic(addr netip.Addr) bool {
	return (addr.Is4() || globalUnicast6.Contains(addr)) && !contains(special, addr)
}

func contains(prefixes []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// globalUnicast6 is the only part of IPv6 given out to hosts. Loopback, ULA,
// link-local, multicast, NAT64 (64:ff9b::/96) and embedded IPv4 lie outside.
var globalUnicast6 = netip.MustParsePrefix("2000::/3")

// special is what the IANA Special-Purpose Address Registries list within the
// rest, and one address more.
var special = prefixes(
	"0.0.0.0/8",        // this network, unspecified
	"10.0.0.0/8",       // private, RFC 1918
	"100.64.0.0/10",    // carrier-grade NAT; Alibaba's metadata
	"127.0.0.0/8",      // loopback
	"168.63.129.16/32", // Azure's metadata: public in form only
	"169.254.0.0/16",   // link-local; the other clouds' metadata
	"172.16.0.0/12",    // private, RFC 1918
	"192.0.0.0/24",     // protocol assignments; Oracle's metadata
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays
	"192.168.0.0/16",   // private, RFC 1918
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"224.0.0.0/4",      // multicast
	"240.0.0.0/4",      // reserved, broadcast
	"2001::/23",        // protocol assignments, Teredo
	"2001:db8::/32",    // documentation
	"2002::/16",        // 6to4: has an IPv4 address inside
	"3fff::/20",        // documentation
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}
