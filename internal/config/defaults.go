package config

import (
	"fmt"
	"net/netip"
	"time"
)

// defaults are the values of every mode; localDefaults and deployedDefaults fill in
// what depends on it, once file and environment have been read.
func defaults() *Config {
	return &Config{
		Mode:      Local,
		Workers:   2,
		API:       API{Port: 37821},
		Admin:     Admin{Host: "127.0.0.1", Port: 37822},
		Updater:   Updater{Port: 37820, BuildTimeout: 10 * time.Minute, Keep: 5, MinFree: 1024, Gate: 5 * time.Second, Lease: 30 * time.Second},
		Fakes:     Fakes{IamportPort: 10851, TossPort: 30771},
		AtRest:    AtRest{Legacy: "open"},
		Handover:  Handover{Connections: "move", Ready: 30 * time.Second, Probation: 3 * time.Second, Drain: 10 * time.Minute, Stop: 80 * time.Second},
		Passwords: Passwords{CacheEntries: 100_000, CacheFor: 10 * time.Minute},
	}
}

// localDefaults makes a machine with nothing prepared work, on keys that anybody
// can read here. The first ones are those of the original payments-server's
// sample .env, so that its clients connect unchanged.
func localDefaults(c *Config) {
	orElse(&c.Home, ".payments")
	orElse(&c.API.Host, "127.0.0.1")
	orElse(&c.Updater.Host, "127.0.0.1")
	orElse(&c.API.EncryptionKey, "MCKOxv9B23r7EatArCFcBP03nfaS03T8")
	orElse(&c.API.EncryptionIV, "9haeYD1tIf4v8xs7")
	orElse(&c.SystemPassword, "samchon")
	orElseKey(&c.AtRest.History, "MTlsOESZ6geZTjeaubOdR71tobe0KqE7", "7BqAGp1HPY9Ox66w")
	orElseKey(&c.AtRest.Reservation, "0OrB5XVgkYpoybWeGIUkattMb4lTLQgz", "ESgYCYV10Iy6qd1y")
	orElseKey(&c.AtRest.CancelHistory, "aU3y0PTXraB2SEYj1ACwtTYKxiYBvH4g", "fro2JXImhmbDtDNx")
	orElseKey(&c.AtRest.Webhook, "XiegodyYLvyIkE2OMSVjN5wMCyQGxTIz", "kL5zIQGL72eeqNmN")
	if c.Webhooks.SigningSecrets == nil {
		c.Webhooks.SigningSecrets = []Secret{"whsec_9NOqQFhepIvgpzl2aGYK9r8/4Aoc5ZU22oY4rb6J5MQ="}
	}
	if c.Webhooks.AllowedCIDRs == nil {
		c.Webhooks.AllowedCIDRs = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	orElse(&c.Vendors.Iamport.BaseURL, fmt.Sprintf("http://127.0.0.1:%d", c.Fakes.IamportPort))
	orElse(&c.Vendors.Toss.BaseURL, fmt.Sprintf("http://127.0.0.1:%d", c.Fakes.TossPort))
	orElseStore(&c.Vendors.Iamport.Stores, IamportStore{Key: "test_imp_key", Secret: "test_imp_secret"})
	orElseStore(&c.Vendors.Toss.Stores, TossStore{SecretKey: "test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy"})
}

func deployedDefaults(c *Config) {
	orElse(&c.Home, "/var/lib/payments")
	orElse(&c.Vendors.Iamport.BaseURL, "https://api.iamport.kr")
	orElse(&c.Vendors.Toss.BaseURL, "https://api.tosspayments.com")
}

// published are the sample values of the original payments-server, besides our own
// local ones: a deployment that has them has not been given keys.
var published = []Secret{
	"SqwHmmXm1fZteI3URPtoyBWFJDMQ7FBQ", "9eSfjygAClnE1JJs", // the first release's README
	"aaaaaa", "bbbbb", // IAMPORT_KEY and IAMPORT_SECRET of its .env
}

func orElse[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// orElseKey fills in key and IV together: one of ours beside one of theirs opens nothing.
func orElseKey(ring *KeyRing, key, iv Secret) {
	if ring.Key == "" && ring.IV == "" {
		ring.Key, ring.IV = key, iv
	}
}

func orElseStore[S any](stores *map[string]S, s S) {
	if *stores == nil {
		*stores = map[string]S{}
	}
	if _, ok := (*stores)[DefaultStore]; !ok {
		(*stores)[DefaultStore] = s
	}
}
