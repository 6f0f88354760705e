package webhook

import (
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	allowed := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")}
	for address, want := range map[string]bool{
		"1.1.1.1":            true,
		"211.33.136.1":       true,
		"2606:4700::1111":    true,
		"::ffff:1.1.1.1":     true, // the same as 1.1.1.1
		"10.1.2.3":           true, // allowed
		"::ffff:10.1.2.3":    true,
		"fd00:1::5":          true,
		"10.2.0.1":           false,
		"0.0.0.0":            false,
		"0.1.2.3":            false,
		"100.64.0.1":         false,
		"100.100.100.200":    false,
		"127.0.0.1":          false,
		"127.255.255.254":    false,
		"168.63.129.16":      false,
		"169.254.169.254":    false,
		"172.16.0.1":         false,
		"172.31.255.255":     false,
		"192.0.0.192":        false,
		"192.168.1.1":        false,
		"198.18.0.1":         false,
		"224.0.0.1":          false,
		"255.255.255.255":    false,
		"::":                 false,
		"::1":                false,
		"::ffff:127.0.0.1":   false,
		"::ffff:169.254.1.1": false,
		"::127.0.0.1":        false,
		"64:ff9b::a9fe:a9fe": false, // 169.254.169.254 behind NAT64
		"64:ff9b:1::a00:1":   false,
		"2001::1":            false,
		"2002:7f00:1::1":     false, // 127.0.0.1 behind 6to4
		"2001:db8::1":        false,
		"fd00:ec2::254":      false,
		"fe80::1":            false,
		"fe80::1%eth0":       false,
		"fec0::1":            false,
		"ff02::1":            false,
	} {
		dialed := netip.AddrPortFrom(netip.MustParseAddr(address), 443).String()
		if err := (guard{allowed}).control(t.Context(), "tcp", dialed, nil); (err == nil) != want {
			t.Errorf("%s: %v, allowed should be %v", address, err, want)
		}
	}
	if err := (guard{}).control(t.Context(), "tcp", "example.com:443", nil); err == nil {
		t.Error("a name that nobody resolved is let through")
	}
}
