package config

import "testing"

// Configurations made in code, as tests make them, are checked like those that were read.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(c *Config)
		want   string
	}{
		{"AcceptsLocalModeAsItIs", func(*Config) {}, ""},
		{"AcceptsOtherAddresses", func(c *Config) { c.API.Host, c.Admin.Host = "::1", "localhost" }, ""},
		{"RefusesPortZero", func(c *Config) { c.API.Port = 0 }, "api.port (API_PORT): must be a port from 1 to 65535"},
		{"RefusesAForgottenMode", func(c *Config) { c.Mode = "" }, "mode (MODE): must be one of local, dev, real"},
		{"RefusesACertificateWithoutItsKey", func(c *Config) { c.Updater.TLSCert = "cert.pem" },
			"updater.tls_cert: needs updater.tls_key, and the other way round; set both or none"},
		{"RefusesAKeyWithoutItsCertificate", func(c *Config) { c.Updater.TLSKey = "key.pem" },
			"updater.tls_cert: needs updater.tls_key, and the other way round; set both or none"},
		{"RefusesAPreviousKeyWithoutIV", func(c *Config) { c.AtRest.Webhook.Previous = []Key{{Key: "0123456789abcdef"}} },
			"at_rest.webhook.previous[0].iv: missing; set your own (payments keygen prints a complete set)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := NewLocal()
			tc.change(c)
			got := ""
			if err := c.Check(); err != nil {
				got = err.Error()
			}
			want := tc.want
			if want != "" {
				want = (&Error{Problems: []string{want}}).Error()
			}
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestAddr(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		":37821":         API{Port: 37821}.Addr(),
		"[::1]:80":       API{Host: "::1", Port: 80}.Addr(),
		"127.0.0.1:9000": Admin{Host: "127.0.0.1", Port: 9000}.Addr(),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
