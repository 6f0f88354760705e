package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/user"
	"time"

	"github.com/samchon/payments-server/internal/config"
	"github.com/samchon/payments-server/updater"
)

const masterDialTimeout = 5 * time.Second

// updaterClient speaks to the master at a URL.
func updaterClient(cfg *config.Config, url string) (*updater.Client, error) {
	transport := &http.Transport{DialContext: (&net.Dialer{Timeout: masterDialTimeout}).DialContext}
	if file := cfg.Updater.TLSCA; file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("updater.tls_ca: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("updater.tls_ca: no certificate in %s", file)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}
	}
	return &updater.Client{URL: url, Password: string(cfg.SystemPassword), HTTP: &http.Client{Transport: transport}}, nil
}

// master is the one that the configuration names, for a command.
func (p *program) master() (*updater.Client, error) {
	cfg, err := p.config()
	if err != nil {
		return nil, err
	}
	return updaterClient(cfg, masterURL(cfg))
}

// whoAsks is for the journal. The master cannot check it: whoever knows the system password may say anything.
func whoAsks() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if sudo := os.Getenv("SUDO_USER"); sudo != "" {
		name = sudo + " as " + name
	}
	host, err := os.Hostname()
	if err != nil {
		return name
	}
	return name + "@" + host
}
