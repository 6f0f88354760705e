package test

import (
	"net/netip"
	"slices"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/samchon/payments-server/internal/config"
)

// talks expects the ports of the network policy to be the server's, and ways to the names, the database and the gateways.
func talks(t *testing.T, c *cluster, deployed *config.Config) {
	t.Helper()
	for i, want := range []struct {
		name string
		port int
	}{{"api", deployed.API.Port}, {"admin", deployed.Admin.Port}} {
		ports := c.network.Spec.Ingress[i].Ports
		if len(ports) != 1 || ports[0].Port.StrVal != want.name {
			t.Errorf("let in are %v, want %s", ports, want.name)
		}
	}
	for _, to := range []struct {
		what, address string
		port          int32
		open          bool
	}{
		{"a database", "10.0.0.7", 5432, true},
		{"a gateway", "203.0.113.5", 443, true},
		{"a service", "2001:db8::5", 443, true},
		{"the node's names", "169.254.20.10", 53, true},
		{"something else of the node", "169.254.20.10", 80, false},
		{"a machine's credentials", "169.254.169.254", 80, false},
		{"a pod's credentials", "169.254.170.23", 80, false},
		{"a machine's credentials", "fd00:ec2::254", 80, false},
		{"a neighbour", "fe80::1", 80, false},
	} {
		if open := reaches(c.network.Spec.Egress, netip.MustParseAddr(to.address), to.port); open != to.open {
			t.Errorf("%s at %s, port %d: open is %v", to.what, to.address, to.port, open)
		}
	}
}

// reaches reports whether rules let through what goes to an address.
func reaches(rules []networkingv1.NetworkPolicyEgressRule, to netip.Addr, port int32) bool {
	within := func(cidr string) bool { return netip.MustParsePrefix(cidr).Contains(to) }
	return slices.ContainsFunc(rules, func(rule networkingv1.NetworkPolicyEgressRule) bool {
		here := func(p networkingv1.NetworkPolicyPort) bool { return p.Port.IntVal == port }
		there := func(p networkingv1.NetworkPolicyPeer) bool {
			return p.IPBlock != nil && within(p.IPBlock.CIDR) && !slices.ContainsFunc(p.IPBlock.Except, within)
		}
		return (len(rule.Ports) == 0 || slices.ContainsFunc(rule.Ports, here)) && slices.ContainsFunc(rule.To, there)
	})
}
