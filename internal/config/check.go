package config

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Check says everything that is wrong with c in one *Error. Load has called it.
func (c *Config) Check() error {
	if problems := c.problems(); len(problems) > 0 {
		return &Error{File: c.File, Problems: problems}
	}
	return nil
}

// CheckFiles says which files that c names cannot be read. Load does not: only the updater needs them, and no worker
// shall fail for want of one. A master's certificate is left to the master: all machines of a fleet may share a
// configuration.
func (c *Config) CheckFiles() error {
	var problems []string
	for _, f := range c.files() {
		if f.names != "file" {
			continue
		}
		if _, err := os.ReadFile(f.value.String()); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", f.name(), err))
		}
	}
	if len(problems) > 0 {
		return &Error{File: c.File, Problems: problems}
	}
	return nil
}

func (c *Config) problems() []string {
	var problems []string
	for _, f := range c.fields() {
		if says := broken(f); says != "" {
			problems = append(problems, f.name()+": "+says)
		}
	}
	problems = append(problems, c.clashingPorts()...)
	if u := c.Updater; (u.TLSCert == "") != (u.TLSKey == "") {
		problems = append(problems, "updater.tls_cert: needs updater.tls_key, and the other way round; set both or none")
	}
	if c.deployed() {
		problems = append(problems, c.undeployable()...)
	}
	return problems
}

// undeployable lists what is fine on a developer's machine only.
func (c *Config) undeployable() []string {
	var problems []string
	if c.Database.URL == "" {
		problems = append(problems, "database.url (DATABASE_URL): missing; the private PostgreSQL is for local mode")
	}
	if len(c.Vendors.Iamport.Stores)+len(c.Vendors.Toss.Stores) == 0 {
		problems = append(problems, "vendors: missing; set the credentials of at least one store (IAMPORT_KEY and IAMPORT_SECRET, or TOSS_PAYMENTS_SECRET)")
	}
	known := publishedValues()
	for _, f := range c.fields() {
		if !strings.Contains(f.path, ".previous[") && slices.ContainsFunc(f.secrets(), func(s Secret) bool { return known[s] }) {
			problems = append(problems, f.name()+": is a published one, which anybody can read in the documentation; "+remedy(f))
		}
	}
	return problems
}

// publishedValues are all the secrets of local mode and of the original's samples.
func publishedValues() map[Secret]bool {
	known := map[Secret]bool{}
	for _, s := range published {
		known[s] = true
	}
	for _, f := range NewLocal().fields() {
		for _, s := range f.secrets() {
			known[s] = true
		}
	}
	return known
}

func (c *Config) clashingPorts() []string {
	var problems []string
	taken := map[int64]string{}
	for _, f := range c.fields() {
		if f.rule != "port" || c.deployed() && strings.HasPrefix(f.path, "fakes.") {
			continue
		}
		if other, ok := taken[f.value.Int()]; ok {
			problems = append(problems, fmt.Sprintf("%s: is %d, as is %s; set another port", f.name(), f.value.Int(), other))
		}
		taken[f.value.Int()] = f.path
	}
	return problems
}
